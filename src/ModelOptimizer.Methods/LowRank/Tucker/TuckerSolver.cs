namespace ModelOptimizer.Methods.LowRank;

/// <summary>Tucker2-ALS-Σ for one kernel.</summary>
internal sealed class TuckerSolver(KernelProblem problem, TuckerSettings settings)
{
    private OutputTruncation? _truncation;

    /// <summary>The closed form for R_S = S.</summary>
    public OutputTruncation Truncation => _truncation ??= new OutputTruncation(problem);

    /// <summary>Decomposes at ranks (R_T, R_S), from <paramref name="start"/> (S×R_S, orthonormal) or the svd start.</summary>
    public Solution<TuckerFactors> Solve(int outputRank, int inputRank, Matrix? start = null)
    {
        if (inputRank == problem.Inputs)
        {
            var error = Truncation.Error(outputRank);
            return new Solution<TuckerFactors>(TuckerFactors.Truncated(problem, Truncation, outputRank), error, [problem.Relative(error)]);
        }

        return settings.Variant == TuckerVariant.Joint ? Joint(outputRank, inputRank, start) : Published(outputRank, inputRank, start);
    }

    private Solution<TuckerFactors> Joint(int outputRank, int inputRank, Matrix? start)
    {
        var step = new JointStep(problem, start ?? StartingFactors.Input(problem, inputRank), settings.Jitter);
        var best = step.Factors(outputRank);
        var squared = step.Error(outputRank);
        List<double> errors = [problem.Relative(squared)];
        for (var sweep = 1; sweep <= settings.Sweeps; sweep++)
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            var (input, _) = problem.Algebra.Qr(InputStep.Update(problem, best, settings.Inner).Input);
            step = new JointStep(problem, input, settings.Jitter);
            var error = step.Error(outputRank);
            if (problem.Relative(error) > errors[^1])
            {
                break;
            }

            (best, squared) = (step.Factors(outputRank), error);
            errors.Add(problem.Relative(squared));
            if (errors[^2] - errors[^1] < settings.Tolerance)
            {
                break;
            }
        }

        return new Solution<TuckerFactors>(best, squared, errors);
    }

    private Solution<TuckerFactors> Published(int outputRank, int inputRank, Matrix? start)
    {
        var input = start ?? StartingFactors.Input(problem, inputRank);
        var output = StartingFactors.Output(problem, outputRank);
        var core = CoreStep.Solve(problem, output, problem.Metric.CoreGram(input), problem.ProjectedProduct(input), settings.Jitter);
        var best = new TuckerFactors(output, core, input);
        var squared = problem.ErrorAtOptimum(best.Reconstruct(problem.Algebra));
        List<double> errors = [problem.Relative(squared)];
        for (var sweep = 1; sweep <= settings.Sweeps; sweep++)
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            var next = InputStep.Update(problem, best, settings.Inner);
            var gram = problem.Metric.CoreGram(next.Input);
            var projected = problem.ProjectedProduct(next.Input);
            next = OutputStep.Update(problem, next, gram, projected, settings.Jitter);
            next = next with { Core = CoreStep.Solve(problem, next.Output, gram, projected, settings.Jitter) };
            var error = problem.ErrorAtOptimum(next.Reconstruct(problem.Algebra));
            // The published rule: from the second sweep on, a rise returns the iterate before it.
            if (sweep > 1 && problem.Relative(error) > errors[^1])
            {
                break;
            }

            (best, squared) = (next.Orthonormal(problem.Algebra), error);
            errors.Add(problem.Relative(error));
            if (sweep > 1 && Math.Abs(errors[^2] - errors[^1]) < settings.Tolerance)
            {
                break;
            }
        }

        return new Solution<TuckerFactors>(best, squared, errors);
    }
}

/// <summary>Step 3c: the best G for fixed U_T and U_S.</summary>
internal static class CoreStep
{
    /// <summary>G = (U_TᵀU_T)⁻¹ U_Tᵀ · P B · (BᵀΣB)⁻¹.</summary>
    public static Matrix Solve(KernelProblem problem, Matrix output, Matrix coreGram, Matrix projected, Jitter jitter)
    {
        var algebra = problem.Algebra;
        var gram = algebra.Multiply(output, output, transposeA: true);
        var left = algebra.CholeskySolve(Regularized.Cholesky(algebra, gram, jitter), algebra.Multiply(output, projected, transposeA: true));
        return algebra.CholeskySolve(Regularized.Cholesky(algebra, coreGram, jitter), left.Transpose()).Transpose();
    }
}

/// <summary>Step 3b: the best U_T for fixed U_S and G.</summary>
internal static class OutputStep
{
    /// <summary>U_T = P Zᵀ (Z Σ Zᵀ)⁻¹ with Z = G(U_S ⊗ I_K)ᵀ.</summary>
    public static TuckerFactors Update(KernelProblem problem, TuckerFactors factors, Matrix coreGram, Matrix projected, Jitter jitter)
    {
        var algebra = problem.Algebra;
        var right = algebra.Multiply(factors.Core, projected, transposeB: true);
        var gram = algebra.Multiply(algebra.Multiply(factors.Core, coreGram), factors.Core, transposeB: true);
        var transposed = algebra.CholeskySolve(Regularized.Cholesky(algebra, Symmetric.Mean(gram), jitter), right);
        return factors with { Output = transposed.Transpose() };
    }
}

/// <summary>How a kernel is decomposed.</summary>
internal sealed record TuckerSettings : SolverSettings
{
    public TuckerVariant Variant { get; init; } = TuckerVariant.Joint;
}

/// <summary>The order of the block updates.</summary>
internal enum TuckerVariant
{
    /// <summary>U_S, then U_T and G together: fewer sweeps to the same error.</summary>
    Joint,

    /// <summary>U_S, U_T, G one after the other, as published.</summary>
    Published,
}
