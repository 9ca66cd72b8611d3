//! SUNDIALS CVODE: BDF, Newton, dense direct solver, analytic Jacobian. Memory is allocated once; each trajectory is a
//! `CVodeReInit`.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use sundials_sys::{
    _N_VectorContent_Serial, _SUNMatrixContent_Dense, CV_BDF, CV_NORMAL, CVode, CVodeCreate, CVodeFree,
    CVodeGetNumErrTestFails, CVodeGetNumRhsEvals, CVodeGetNumSteps, CVodeInit, CVodeReInit, CVodeSVtolerances,
    CVodeSetJacFn, CVodeSetLinearSolver, CVodeSetMaxNumSteps, CVodeSetStopTime, N_VDestroy, N_VNew_Serial, N_Vector,
    SUNContext, SUNContext_Create, SUNContext_Free, SUNDenseMatrix, SUNLinSol_Dense, SUNLinSolFree, SUNLinearSolver,
    SUNMatDestroy, SUNMatrix,
};

use crate::odes::Ode;
use crate::{Outcome, Run};

struct Memory {
    context: SUNContext,
    cvode: *mut c_void,
    y: N_Vector,
    atol: N_Vector,
    matrix: SUNMatrix,
    solver: SUNLinearSolver,
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: every pointer was made by the matching constructor below and is freed once.
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

unsafe extern "C" fn rhs<P: Ode>(_t: f64, y: N_Vector, f: N_Vector, _user: *mut c_void) -> c_int {
    // SAFETY: CVODE calls with vectors cloned from `Memory::y`.
    unsafe { P::rhs(data(y, P::N), data(f, P::N)) };
    0
}

unsafe extern "C" fn jacobian<P: Ode>(
    _t: f64,
    y: N_Vector,
    _f: N_Vector,
    matrix: SUNMatrix,
    _user: *mut c_void,
    _1: N_Vector,
    _2: N_Vector,
    _3: N_Vector,
) -> c_int {
    // SAFETY: the matrix is dense, `N` by `N`, by columns, and set to zero before the call.
    unsafe {
        let content = (*matrix).content.cast::<_SUNMatrixContent_Dense>();
        let entries = std::slice::from_raw_parts_mut((*content).data, P::N * P::N);
        P::jacobian(data(y, P::N), |i, j, value| entries[j * P::N + i] = value);
    }
    0
}

pub fn bdf<P: Ode>(rtol: f64, atol: &[f64]) -> Run {
    let n = P::N as _;
    // SAFETY: the calls follow the order that the manual of CVODE gives; all results are checked.
    let memory = unsafe {
        let mut context: SUNContext = null_mut();
        assert_eq!(SUNContext_Create(0, &mut context), 0);
        let (y, tolerances) = (N_VNew_Serial(n, context), N_VNew_Serial(n, context));
        data(y, P::N).copy_from_slice(&P::initial());
        data(tolerances, P::N).copy_from_slice(atol);
        let cvode = CVodeCreate(CV_BDF, context);
        assert_eq!(CVodeInit(cvode, Some(rhs::<P>), 0.0, y), 0);
        assert_eq!(CVodeSVtolerances(cvode, rtol, tolerances), 0);
        let matrix = SUNDenseMatrix(n, n, context);
        let solver = SUNLinSol_Dense(y, matrix, context);
        assert_eq!(CVodeSetLinearSolver(cvode, solver, matrix), 0);
        assert_eq!(CVodeSetJacFn(cvode, Some(jacobian::<P>)), 0);
        assert_eq!(CVodeSetMaxNumSteps(cvode, 1_000_000), 0);
        Memory { context, cvode, y, atol: tolerances, matrix, solver }
    };
    let initial = P::initial();
    Box::new(move || {
        let memory = &memory;
        // SAFETY: as above.
        unsafe {
            data(memory.y, P::N).copy_from_slice(&initial);
            let (mut t, mut steps, mut failed, mut evaluations) = (0.0, 0, 0, 0);
            CVodeReInit(memory.cvode, 0.0, memory.y);
            CVodeSetStopTime(memory.cvode, P::END);
            let flag = CVode(memory.cvode, P::END, memory.y, &mut t, CV_NORMAL);
            if flag < 0 {
                return Err(format!("CVode returned {flag}"));
            }
            CVodeGetNumSteps(memory.cvode, &mut steps);
            CVodeGetNumErrTestFails(memory.cvode, &mut failed);
            CVodeGetNumRhsEvals(memory.cvode, &mut evaluations);
            Ok(Outcome {
                y: data(memory.y, P::N).to_vec(),
                steps: (steps + failed) as usize,
                evaluations: evaluations as usize,
            })
        }
    })
}
