using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// The block updates of CP-ALS-Σ: over one factor each, the minimiser of tr(ΔΣΔᵀ) + ρ·(sum of all squared entries of the factors), or nearer to it where
/// its equations are large. Everything but U_S is solved from <see cref="CpProjections"/>, which change with U_S only.
/// </summary>
internal sealed class CpIteration
{
    private readonly KernelProblem _problem;
    private readonly Jitter _jitter;
    private readonly TapGrid _grid;
    private readonly InputSystem _input;
    private readonly AxisSystem _axis;
    private CpProjections _projections;

    public CpIteration(KernelProblem problem, CpFactors start, Jitter jitter, CancellationToken cancellation = default)
    {
        (_problem, _jitter, _grid, Factors) = (problem, jitter, TapGrid.Of(start), start);
        _input = new InputSystem(problem, jitter, cancellation);
        _axis = new AxisSystem(problem, jitter, cancellation);
        _projections = CpProjections.Of(problem, start);
    }

    public CpFactors Factors { get; private set; }

    /// <summary>ρ.</summary>
    public double Ridge { get; set; }

    /// <summary>ρ times the sum of all squared entries.</summary>
    public double Penalty => Ridge * Factors.Parts.Sum(part => TensorPrimitives.SumOfSquares<double>(part.Values));

    /// <summary>Whether the last axis that was updated is at its minimum, and not only nearer to it.</summary>
    public bool IsExact { get; private set; }

    /// <summary>Right after an exact update of the last axis: tr(WPᵀ) − ⟨W~,P⟩, less what the penalty pulls at that axis.</summary>
    public double SquaredErrorAtOptimum =>
        Math.Max(0, _problem.Energy - Captured() - (Ridge * TensorPrimitives.SumOfSquares<double>(Factors.Axes[^1].Values)));

    /// <summary>The mean diagonal of MᵀΣM, the scale of a penalty.</summary>
    public double MeanDiagonal()
    {
        var gram = _projections.Gram(Factors.Taps(), _ => 0, 1);
        return Enumerable.Range(0, gram.Rows).Average(i => gram[i, i]);
    }

    /// <summary>U_T = P·M·(MᵀΣM + ρI)⁻¹.</summary>
    public void UpdateOutput()
    {
        var taps = Factors.Taps();
        var solved = Solve(_projections.Gram(taps, _ => 0, 1), _projections.Product(taps).Transpose());
        Factors = Factors with { Output = solved.Transpose() };
    }

    /// <summary>[Σ_{k,k'} c[k,r]·Σ_{k,k'}·c[k',r'] · (U_TᵀU_T)[r,r'] + ρI]·vec(U_S) = vec of Σ_k c[k,r]·(U_TᵀP)[r,(k,s)].</summary>
    public void UpdateInput(InnerAccuracy accuracy)
    {
        Factors = Factors with { Input = _input.Solve(Factors, Ridge, accuracy) };
        _projections = CpProjections.Of(_problem, Factors);
    }

    /// <summary>U_H for axis 0 and U_W for axis 1, or U_K.</summary>
    public void UpdateAxis(int axis, InnerAccuracy accuracy)
    {
        IsExact = CpEffort.IsAssembled(_problem.Inputs, _problem.Taps, Factors.Rank, _grid.Extents[axis]);
        var solved = IsExact
            ? _axis.SolveDense(Factors, _projections, axis, Ridge)
            : _axis.SolveIteratively(Factors, _projections, axis, Ridge, accuracy);
        Factors = Factors with { Axes = [.. Factors.Axes.Select((factor, index) => index == axis ? solved : factor)] };
    }

    /// <summary>Gives the columns of every component one norm; W~ stays.</summary>
    public void Balance()
    {
        var balanced = Factors.Balanced();
        var scale = new double[Factors.Rank];
        for (var r = 0; r < scale.Length; r++)
        {
            var norm = CpFactors.ColumnNorm(Factors.Input, r);
            scale[r] = norm > 0 ? CpFactors.ColumnNorm(balanced.Input, r) / norm : 0;
        }

        Factors = balanced;
        _projections.Scale(scale);
    }

    private double Captured() => TensorPrimitives.Dot<double>(Factors.Taps().Values, _projections.Correlation(Factors.Output).Values);

    private Matrix Solve(Matrix system, Matrix right)
    {
        for (var i = 0; i < system.Rows; i++)
        {
            system[i, i] += Ridge;
        }

        return _problem.Algebra.CholeskySolve(Regularized.Cholesky(_problem.Algebra, Symmetric.Mean(system), _jitter, inPlace: true), right);
    }
}
