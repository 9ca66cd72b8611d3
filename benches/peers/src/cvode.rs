//! SUNDIALS CVODE: BDF, Newton, dense direct solver, analytic Jacobian. Memory is allocated once; each trajectory is a
//! `CVodeReInit`.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr::null_mut;

use sundials_sys::{
    _N_VectorContent_Serial, _SUNMatrixContent_Dense, CV_BDF, CV_NORMAL, CVode, CVodeCreate, CVodeFree,
    CVodeGetNumErrTestFails, CVodeGetNumRhsEvals, CVodeGetNumSteps, CVodeInit, CVodeReInit, CVodeSVtolerances,
    CVodeSetJacFn, CVodeSetLinearSolver, CVodeSetMaxNumSteps, CVodeSetStopTime, CVodeSetUserData, N_VDestroy,
    N_VNew_Serial, N_Vector, SUNContext, SUNContext_Create, SUNContext_Free, SUNDenseMatrix, SUNLinSol_Dense,
    SUNLinSolFree, SUNLinearSolver, SUNMatDestroy, SUNMatrix,
};

use crate::odes::Ode;
use crate::{Outcome, Run};

/// The memory of a solver; constants are those of the problem, or given to each run if they are `FREE`.
pub struct Bdf<P, const FREE: bool> {
    context: SUNContext,
    cvode: *mut c_void,
    y: N_Vector,
    atol: N_Vector,
    matrix: SUNMatrix,
    solver: SUNLinearSolver,
    initial: Vec<f64>,
    problem: PhantomData<P>,
}

impl<P, const FREE: bool> Drop for Bdf<P, FREE> {
    fn drop(&mut self) {
        // SAFETY: every pointer was made by the matching constructor of `new` and is freed once.
        unsafe {
            CVodeFree(&mut self.cvode);
            SUNLinSolFree(self.solver);
            SUNMatDestroy(self.matrix);
            N_VDestroy(self.y);
            N_VDestroy(self.atol);
            SUNContext_Free(&mut self.context);
        }
    }
}

/// The numbers of a serial vector.
unsafe fn data<'a>(v: N_Vector, n: usize) -> &'a mut [f64] {
    // SAFETY: all vectors here are serial vectors of length `n`.
    unsafe { std::slice::from_raw_parts_mut((*(*v).content.cast::<_N_VectorContent_Serial>()).data, n) }
}

/// The constants of the run that CVODE is in.
#[inline(always)]
unsafe fn constants<'a, P: Ode, const FREE: bool>(user: *mut c_void) -> &'a [f64] {
    if !FREE {
        return P::K;
    }
    // SAFETY: `Bdf::run` hands over as many constants as the problem has, and they outlive the run.
    unsafe { std::slice::from_raw_parts(user.cast::<f64>(), P::K.len()) }
}

unsafe extern "C" fn rhs<P: Ode, const FREE: bool>(_t: f64, y: N_Vector, f: N_Vector, user: *mut c_void) -> c_int {
    // SAFETY: CVODE calls with vectors cloned from `Bdf::y`.
    unsafe { P::rhs(constants::<P, FREE>(user), data(y, P::N), data(f, P::N)) };
    0
}

unsafe extern "C" fn jacobian<P: Ode, const FREE: bool>(
    _t: f64,
    y: N_Vector,
    _f: N_Vector,
    matrix: SUNMatrix,
    user: *mut c_void,
    _1: N_Vector,
    _2: N_Vector,
    _3: N_Vector,
) -> c_int {
    // SAFETY: the matrix is dense, `N` by `N`, by columns, and set to zero before the call.
    unsafe {
        let content = (*matrix).content.cast::<_SUNMatrixContent_Dense>();
        let entries = std::slice::from_raw_parts_mut((*content).data, P::N * P::N);
        P::jacobian(constants::<P, FREE>(user), data(y, P::N), |i, j, value| entries[j * P::N + i] = value);
    }
    0
}

impl<P: Ode, const FREE: bool> Bdf<P, FREE> {
    pub fn new(rtol: f64, atol: &[f64]) -> Self {
        let n = P::N as _;
        // SAFETY: the calls follow the order that the manual of CVODE gives; all results are checked.
        unsafe {
            let mut context: SUNContext = null_mut();
            assert_eq!(SUNContext_Create(0, &mut context), 0);
            let (y, tolerances) = (N_VNew_Serial(n, context), N_VNew_Serial(n, context));
            data(y, P::N).copy_from_slice(&P::initial());
            data(tolerances, P::N).copy_from_slice(atol);
            let cvode = CVodeCreate(CV_BDF, context);
            assert_eq!(CVodeInit(cvode, Some(rhs::<P, FREE>), 0.0, y), 0);
            assert_eq!(CVodeSVtolerances(cvode, rtol, tolerances), 0);
            let matrix = SUNDenseMatrix(n, n, context);
            let solver = SUNLinSol_Dense(y, matrix, context);
            assert_eq!(CVodeSetLinearSolver(cvode, solver, matrix), 0);
            assert_eq!(CVodeSetJacFn(cvode, Some(jacobian::<P, FREE>)), 0);
            assert_eq!(CVodeSetMaxNumSteps(cvode, 1_000_000), 0);
            Self { context, cvode, y, atol: tolerances, matrix, solver, initial: P::initial(), problem: PhantomData }
        }
    }

    /// One trajectory to `end`; the constants count where they are `FREE`, else they are those of the problem.
    pub fn run(&mut self, k: &[f64], end: f64) -> Result<Outcome, String> {
        assert_eq!(k.len(), P::K.len(), "the number of constants");
        // SAFETY: as above; CVODE only reads the constants, and only in this call.
        unsafe {
            data(self.y, P::N).copy_from_slice(&self.initial);
            let (mut t, mut steps, mut failed, mut evaluations) = (0.0, 0, 0, 0);
            CVodeSetUserData(self.cvode, k.as_ptr().cast_mut().cast());
            CVodeReInit(self.cvode, 0.0, self.y);
            CVodeSetStopTime(self.cvode, end);
            let flag = CVode(self.cvode, end, self.y, &mut t, CV_NORMAL);
            if flag < 0 {
                return Err(format!("CVode returned {flag}"));
            }
            CVodeGetNumSteps(self.cvode, &mut steps);
            CVodeGetNumErrTestFails(self.cvode, &mut failed);
            CVodeGetNumRhsEvals(self.cvode, &mut evaluations);
            Ok(Outcome {
                y: data(self.y, P::N).to_vec(),
                steps: (steps + failed) as usize,
                evaluations: evaluations as usize,
            })
        }
    }
}

pub fn bdf<P: Ode>(rtol: f64, atol: &[f64]) -> Run {
    let mut solver = Bdf::<P, false>::new(rtol, atol);
    Box::new(move || solver.run(P::K, P::END))
}
