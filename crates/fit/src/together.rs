//! Courses of their own whose points are evaluated together.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use nalgebra::DVector;

use crate::error::{FitError, Result};
use crate::residual::Residuals;
use crate::search::Model;

/// Runs courses side by side, each on a thread and with a model of its own that stands for `model`, and gives what they found in
/// their order. As soon as all that are under way have asked for a point, their points are evaluated at once, on the calling
/// thread and in lanes. A point has the same residuals alone and in company, so nothing depends on who asks when.
pub(crate) fn together<T: Send>(model: &dyn Model, courses: Vec<impl FnOnce(&dyn Model) -> T + Send>) -> Vec<T> {
    let (tell, told) = channel();
    let mut answers = Vec::new();
    thread::scope(|scope| {
        let mut under_way = Vec::new();
        for (number, course) in courses.into_iter().enumerate() {
            let (answer, answered) = channel();
            answers.push(answer);
            let own = OneOfMany { number, tell: tell.clone(), answered: Mutex::new(answered) };
            under_way.push(scope.spawn(move || course(&own)));
        }
        serve(model, &told, &answers);
        under_way.into_iter().map(|course| course.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// What a course tells: the point it wants, or that it is over.
enum Told {
    Asked(usize, DVector<f64>),
    Over,
}

/// The model of one course.
struct OneOfMany {
    number: usize,
    tell: Sender<Told>,
    answered: Mutex<Receiver<Result<Residuals>>>,
}

impl Model for OneOfMany {
    fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
        let _ = self.tell.send(Told::Asked(self.number, x.clone()));
        let answered = self.answered.lock().map_err(|_| FitError::NotEvaluated)?;
        answered.recv().unwrap_or(Err(FitError::NotEvaluated))
    }
}

impl Drop for OneOfMany {
    fn drop(&mut self) {
        let _ = self.tell.send(Told::Over);
    }
}

/// Evaluates round by round until all courses are over.
fn serve(model: &dyn Model, told: &Receiver<Told>, answers: &[Sender<Result<Residuals>>]) {
    let (mut under_way, mut asked) = (answers.len(), Vec::new());
    while under_way > 0 {
        match told.recv() {
            Ok(Told::Asked(number, x)) => asked.push((number, x)),
            Ok(Told::Over) => under_way -= 1,
            Err(_) => return,
        }
        if !asked.is_empty() && asked.len() == under_way {
            asked.sort_by_key(|(number, _)| *number);
            let points: Vec<&DVector<f64>> = asked.iter().map(|(_, x)| x).collect();
            for ((number, _), outcome) in asked.iter().zip(model.evaluate_all(&points)) {
                let _ = answers[*number].send(outcome);
            }
            asked.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use nalgebra::{DMatrix, dvector};

    use super::*;

    /// Squares its coordinate; counts its calls.
    struct Squares(AtomicUsize);

    impl Model for Squares {
        fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
            if x[0] < 0.0 {
                return Err(FitError::NotFinite);
            }
            Ok(Residuals { values: dvector![x[0] * x[0]], jacobian: DMatrix::zeros(1, 1) })
        }

        fn evaluate_all(&self, points: &[&DVector<f64>]) -> Vec<Result<Residuals>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            points.iter().map(|x| self.evaluate(x)).collect()
        }
    }

    /// Courses of different lengths get their own answers in as many rounds as the longest asks; one that asks for nothing, and
    /// a point that cannot be evaluated, hold nobody up.
    #[test]
    fn courses_share_their_rounds() {
        let model = Squares(AtomicUsize::new(0));
        let course = |length: usize| {
            move |model: &dyn Model| {
                let point = |i: usize| model.evaluate(&dvector![i as f64 - 1.0]).map(|r| r.values[0]);
                (0..length).filter_map(|i| point(i).ok()).sum::<f64>()
            }
        };
        let sums = together(&model, [0, 3, 7, 1].map(course).into());
        assert_eq!(sums, [0.0, 1.0, 55.0, 0.0]);
        assert_eq!(model.0.into_inner(), 7);
        assert!(together(&Squares(AtomicUsize::new(0)), Vec::<fn(&dyn Model)>::new()).is_empty());
    }
}
