//! How costs grow with the number of endpoints: the exponent of the power law that fits best, of which 1 is linear.

use std::io;
use std::time::Instant;

use xtask::bench::{Row, Target};

use crate::callers::{calls, ours};
use crate::compile::caller;
use crate::tell;
use crate::workspace::Workspace;

/// How many times the generator is measured at each size.
const ROUNDS: usize = 5;

/// A number of endpoints, and the cost at that number.
type Point = (f64, f64);

pub(crate) fn measure(sizes: &[usize]) -> io::Result<()> {
    let workspace = Workspace::new()?;
    let mut costs: [Vec<Point>; 3] = Default::default();
    for &endpoints in sizes {
        let api = workspace.generate(endpoints)?;
        let x = f64::from(u32::try_from(endpoints).map_err(io::Error::other)?);
        let times = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            workspace.codegen().map(|()| start.elapsed().as_secs_f64())
        });
        let (codegen, _) = crate::median(times.collect::<io::Result<_>>()?);
        // Dependencies first, so that only the models are measured.
        workspace.cargo(&["check", "-p", "wecom-models"])?;
        workspace.forget("wecom-models")?;
        let check = workspace.cargo(&["check", "-p", "wecom-models", "--features", "full"])?;
        let (_, size) = caller(&workspace, "emitted", &ours(&calls(&api).collect::<Vec<_>>()))?;
        let (_, empty) = caller(&workspace, "emitted", &ours(&[]))?;
        for (points, y) in costs.iter_mut().zip([codegen, check.seconds, size - empty]) {
            points.push((x, y));
        }
    }
    let from_to =
        format!("{}–{} endpoints", sizes.iter().min().unwrap_or(&0), sizes.iter().max().unwrap_or(&0));
    let names =
        ["codegen, nothing to write", "cargo check of all models", "size of a program that calls all"];
    for (name, points) in names.into_iter().zip(costs) {
        let name = format!("{name}, {from_to}");
        tell(&Row::new(name, "linear growth", "exponent", exponent(&points), Target::AtMost(1.1)))?;
    }
    Ok(())
}

/// The slope of the line that fits best through the logarithms of some points.
fn exponent(points: &[Point]) -> f64 {
    let logs: Vec<Point> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = f64::from(u32::try_from(logs.len()).unwrap_or(u32::MAX));
    let mean = |of: fn(&Point) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let above: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    above / below
}
