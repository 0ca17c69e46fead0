//! A temporary folder with the processes that work in it: both go when the test process does, however it goes.
//!
//! Whoever works in the den has its current directory there, which its children inherit and PostgreSQL's backends keep,
//! so that all of them are found whatever they were started by.
//! A shell waits for the end of a pipe that only the test process holds: the kernel closes it even for a killed one.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::without_settings;

/// Waits for the end of its input, asks everyone below the folder `$1` to leave at once, insists, and clears the folder.
/// PostgreSQL takes the `QUIT` for an immediate shutdown, in which it gives its shared memory back.
const REAPER: &str = r#"
while read -r line; do :; done
inside() { find /proc -maxdepth 2 -name cwd -lname "$1*" 2>/dev/null | cut -d/ -f3; }
signal=QUIT
for attempt in $(seq 100); do
    found=$(inside "$1")
    [ -n "$found" ] || break
    kill -$signal $found 2>/dev/null
    [ $attempt -lt 10 ] || signal=KILL
    sleep 0.1
done
rm -rf "$1"
"#;

/// The folder, and the end of the leash.
#[derive(Debug)]
pub struct Den {
    folder: PathBuf,
    user: Option<User>,
    reaper: Child,
    children: Mutex<Vec<Child>>,
}

/// Who works in the den where the tests run as root, whom PostgreSQL refuses.
#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl Den {
    /// Makes the folder, or returns `None` where there is nobody to work in it.
    pub fn new() -> Option<Den> {
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let user = if root { Some(User::postgres()?) } else { None };
        let folder = tempfile::tempdir().unwrap().keep();
        let folder = folder.canonicalize().unwrap();
        let reaper = Command::new("sh")
            .args(["-c", REAPER, "sh"])
            .arg(&folder)
            .current_dir("/")
            // Not among those that the keyboard interrupts.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let den = Den {
            folder,
            user,
            reaper,
            children: Mutex::default(),
        };
        den.hand_over(&den.folder);
        Some(den)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a folder in the den.
    pub fn room(&self, name: &str) -> PathBuf {
        let room = self.folder.join(name);
        fs::create_dir(&room).unwrap();
        self.hand_over(&room);
        room
    }

    /// A program that works in a folder of the den and writes what it says to `log` there.
    pub fn program(&self, program: &Path, room: &Path) -> Command {
        let mut command = Command::new(program);
        let mut appended = File::options();
        appended.create(true).append(true);
        let log = appended.open(room.join("log")).unwrap();
        without_settings(&mut command)
            .env("HOME", room)
            .current_dir(room)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Starts a program that stays, and returns its process id.
    pub fn start(&self, mut command: Command) -> u32 {
        let child = command.spawn().unwrap();
        let id = child.id();
        self.children.lock().unwrap().push(child);
        id
    }

    /// Whether a program that was started is still there.
    pub fn lives(&self, id: u32) -> bool {
        let mut children = self.children.lock().unwrap();
        children.retain_mut(|child| child.try_wait().unwrap().is_none());
        children.iter().any(|child| child.id() == id)
    }

    /// Kills everyone in a folder of the den, also those that somebody in there starts meanwhile.
    pub fn kill_inside(&self, room: &Path) {
        loop {
            let found = inside(room);
            if found.is_empty() {
                break;
            }
            self.kill(&found);
        }
    }

    /// Kills processes at once.
    pub fn kill(&self, ids: &[u32]) {
        let ids = ids.iter().map(u32::to_string);
        // The shell's own, since not every machine has the program.
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -KILL \"$@\" 2>/dev/null", "sh"]);
        // Some of them may be gone already.
        let _ = kill.args(ids).status().unwrap();
    }

    fn hand_over(&self, path: &Path) {
        if let Some(User { uid, gid }) = self.user {
            chown(path, Some(uid), Some(gid)).unwrap();
        }
    }
}

impl Drop for Den {
    fn drop(&mut self) {
        drop(self.reaper.stdin.take());
        let _ = self.reaper.wait();
        for child in self.children.get_mut().unwrap() {
            let _ = child.wait();
        }
    }
}

impl User {
    /// The one that Debian's package makes.
    fn postgres() -> Option<User> {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let mut row = users
            .lines()
            .find_map(|row| row.strip_prefix("postgres:"))?
            .split(':');
        Some(User {
            uid: row.nth(1)?.parse().ok()?,
            gid: row.next()?.parse().ok()?,
        })
    }
}

/// Who has the current directory in a folder.
fn inside(room: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| {
            let id = process.file_name().to_str()?.parse().ok()?;
            let directory = fs::read_link(process.path().join("cwd")).ok()?;
            directory.starts_with(room).then_some(id)
        })
        .collect()
}

/// The end of what a program in this folder said.
pub fn last_words(room: &Path) -> String {
    let said = fs::read_to_string(room.join("log")).unwrap_or_default();
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
