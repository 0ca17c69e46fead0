//! The built binary, driven the way a script does: arguments and lines in, exit status and JSON objects out.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs};

use serde_json::Value as Json;
use tempfile::TempDir;

/// Saturday, 21 November 2026, ten in the morning.
pub const NOW: &str = "2026-11-21T10:00:00+07:00";

/// A directory of its own with a state in it.
pub struct Place(TempDir);

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// `sigap chat --json`, a line at a time.
pub struct Chat {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// The binary with this place's state and a fixed clock, and nothing from the tester's own environment.
    pub fn sigap<const N: usize>(&self, arguments: [&str; N]) -> Command {
        self.sigap_at(NOW, arguments)
    }

    /// The same at another time.
    pub fn sigap_at<const N: usize>(&self, now: &str, arguments: [&str; N]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
        let settings = env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| name.to_string_lossy().starts_with("SIGAP_"));
        for name in settings.collect::<Vec<OsString>>() {
            command.env_remove(name);
        }
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["--now", now])
            .arg("--state")
            .arg(self.state())
            .args(arguments);
        command
    }

    /// Runs a command to its end without any input.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Ended {
        ended(&mut self.sigap(arguments), b"")
    }

    pub fn chat<const N: usize>(&self, arguments: [&str; N]) -> Chat {
        let mut command = self.sigap(["chat", "--json"]);
        command.args(arguments);
        Chat::start(command, self.path("log"))
    }
}

/// Runs a command to its end with this input.
pub fn ended(command: &mut Command, input: &[u8]) -> Ended {
    let process = command.stdin(Stdio::piped());
    let mut process = process
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = process.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // Beside the reading: whoever only writes waits for a reader as soon as the pipe is full.
        scope.spawn(move || {
            // A command that refuses its arguments reads nothing.
            let _ = to.write_all(input);
        });
        process.wait_with_output().unwrap()
    });
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// The standard output of a command that went well.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// The standard error of a command whose input was at fault.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!(self.code, Some(1), "{}", self.stderr);
        self.stderr
    }
}

impl Chat {
    /// Starts a `chat --json` whose standard error goes to a file.
    pub fn start(mut command: Command, log: PathBuf) -> Chat {
        let errors = File::options().create(true).append(true).open(&log);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.unwrap())
            .spawn()
            .unwrap();
        Chat {
            input: process.stdin.take(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            log,
        }
    }

    /// Types a line and returns what it led to.
    #[track_caller]
    pub fn say(&mut self, line: &str) -> Json {
        self.send(line);
        match self.heard() {
            Some(heard) => heard,
            None => panic!("`{line}` was not answered:\n{}", self.logged()),
        }
    }

    /// Types a line without waiting.
    pub fn send(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it is there until the end");
        writeln!(input, "{line}").unwrap();
    }

    /// The next whole line of output, unless there is none any more.
    pub fn heard(&mut self) -> Option<Json> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.ends_with('\n')
            .then(|| serde_json::from_str(&line).unwrap())
    }

    /// Ends the input, waits for the end and returns what was written to standard error.
    #[track_caller]
    pub fn end(mut self) -> String {
        drop(self.input.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "lines that nothing was typed for");
        assert!(self.process.wait().unwrap().success(), "{}", self.logged());
        self.logged()
    }

    /// Kills it as `kill -9` does and returns what it had answered by then without being read.
    pub fn kill(mut self) -> Vec<Json> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.heard()).collect()
    }

    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

/// Copies the files of a folder into another, which is made.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
