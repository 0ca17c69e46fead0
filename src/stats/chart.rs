//! The weeks as a picture: a bar a week, divided into what was answered, offered and not answered.
//!
//! The font comes with the program, since a server has none.

use std::sync::Once;

use plotters::prelude::*;
use plotters::style::register_font;

use super::Week;

/// The picture's size, wide enough for a quarter of a year.
const SIZE: (u32, u32) = (960, 480);
/// More weeks would be lines, not bars.
const WEEKS_SHOWN: usize = 26;
const FONT: &str = "sigap";

const ANSWERED: RGBColor = RGBColor(38, 140, 90);
const CLARIFIED: RGBColor = RGBColor(240, 180, 40);
const UNANSWERED: RGBColor = RGBColor(200, 70, 60);

/// What is written in the picture.
#[derive(Debug, Clone, Copy)]
pub struct ChartWords<'a> {
    /// Above it.
    pub title: &'a str,
    /// What the parts of a bar are: answered, offered, not answered.
    pub parts: [&'a str; 3],
}

/// Why no picture could be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the chart: {0}")]
pub struct ChartError(String);

/// Draws the latest weeks and returns the PNG.
///
/// # Errors
///
/// When the drawing or the encoding fails, which says that one of the crates below is broken.
pub fn png(weeks: &[Week], words: ChartWords<'_>) -> Result<Vec<u8>, ChartError> {
    static FONT_IS_THERE: Once = Once::new();
    FONT_IS_THERE.call_once(|| {
        // A font that does not load leaves a picture without letters.
        let _ = register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    });
    let weeks = &weeks[weeks.len().saturating_sub(WEEKS_SHOWN)..];
    let (width, height) = (SIZE.0 as usize, SIZE.1 as usize);
    let mut pixels = vec![0; width * height * 3];
    draw(&mut pixels, weeks, words).map_err(|error| ChartError(error.to_string()))?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    let written = encoder
        .write_header()
        .and_then(|mut header| header.write_image_data(&pixels));
    written.map_err(|error| ChartError(error.to_string()))?;
    Ok(file)
}

fn draw(
    pixels: &mut [u8],
    weeks: &[Week],
    words: ChartWords<'_>,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = BitMapBackend::with_buffer(pixels, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let most = weeks
        .iter()
        .map(|week| week.questions)
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let count = weeks.len().max(1);
    let mut chart = ChartBuilder::on(&area)
        .caption(words.title, (FONT, 24))
        .margin(16)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..count as f64, 0.0..most * 1.15)?;
    let week_at = |x: &f64| {
        let at = *x as usize;
        let is_middle = (x.fract() - 0.5).abs() < 0.01;
        weeks
            .get(at)
            .filter(|_| is_middle)
            .map(|week| week.from.strftime("%d/%m").to_string())
            .unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(2 * count + 1)
        .x_label_formatter(&week_at)
        .y_label_formatter(&|y| format!("{y:.0}"))
        .label_style((FONT, 15))
        .draw()?;
    let colours = [ANSWERED, CLARIFIED, UNANSWERED];
    for (part, (colour, word)) in colours.into_iter().zip(words.parts).enumerate() {
        let bars = weeks.iter().enumerate().map(|(at, week)| {
            let parts = [week.answered, week.clarified, week.unanswered];
            let below: u64 = parts[..part].iter().sum();
            let corners = [
                (at as f64 + 0.15, below as f64),
                (at as f64 + 0.85, (below + parts[part]) as f64),
            ];
            Rectangle::new(corners, colour.filled())
        });
        chart
            .draw_series(bars)?
            .label(word)
            .legend(move |(x, y)| Rectangle::new([(x, y - 6), (x + 12, y + 6)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font((FONT, 15))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_count_and_the_letters_are_there() {
        let mut week = Week::empty("2026-11-16".parse().unwrap());
        (week.questions, week.answered, week.unanswered) = (10, 7, 3);
        let words = ChartWords {
            title: "Pertanyaan",
            parts: ["a", "b", "c"],
        };
        let file = png(&[week], words).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let count = |colour: RGBColor| {
            let wanted = [colour.0, colour.1, colour.2];
            pixels.chunks(3).filter(|pixel| *pixel == wanted).count()
        };
        let share = count(ANSWERED) as f64 / count(UNANSWERED) as f64;
        assert!(
            (share - 7.0 / 3.0).abs() < 0.1,
            "seven to three, not {share}"
        );
        assert!(count(CLARIFIED) < 400, "nothing but the legend");
        // The title's line: without a font nothing dark would stand there.
        let title = &pixels[..SIZE.0 as usize * 40 * 3];
        assert!(
            title.chunks(3).filter(|pixel| pixel[0] < 100).count() > 100,
            "the title is written"
        );
    }
}
