using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// The block updates of CP-ALS-Σ, each the exact minimiser of tr(ΔΣΔᵀ) + ρ·(sum of all squared entries of the factors) over one factor. Everything but U_S is
/// solved from G = BᵀΣB, B = I_K ⊗ U_S, which changes only with U_S: no other product with Σ is needed.
/// </summary>
internal sealed class CpIteration
{
    private readonly KernelProblem _problem;
    private readonly Jitter _jitter;
    private readonly TapGrid _grid;
    private readonly InputSystem _input;
    private Matrix _gram;
    private Matrix _projected;

    public CpIteration(KernelProblem problem, CpFactors start, Jitter jitter, CancellationToken cancellation = default)
    {
        (_problem, _jitter, _grid, Factors) = (problem, jitter, TapGrid.Of(start), start);
        _input = new InputSystem(problem, jitter, cancellation);
        (_gram, _projected) = Project();
    }

    public CpFactors Factors { get; private set; }

    /// <summary>ρ.</summary>
    public double Ridge { get; set; }

    /// <summary>ρ times the sum of all squared entries.</summary>
    public double Penalty => Ridge * Factors.Parts.Sum(part => TensorPrimitives.SumOfSquares<double>(part.Values));

    /// <summary>Right after the update of the last axis: tr(WPᵀ) − ⟨W~,P⟩, less what the penalty pulls at that axis.</summary>
    public double SquaredErrorAtOptimum =>
        Math.Max(0, _problem.Energy - Captured() - (Ridge * TensorPrimitives.SumOfSquares<double>(Factors.Axes[^1].Values)));

    /// <summary>The mean diagonal of MᵀΣM, the scale of a penalty.</summary>
    public double MeanDiagonal()
    {
        var gram = TapContraction.Of(_gram, Factors.Taps(), _ => 0, 1);
        return Enumerable.Range(0, gram.Rows).Average(i => gram[i, i]);
    }

    /// <summary>U_T = P·M·(MᵀΣM + ρI)⁻¹.</summary>
    public void UpdateOutput()
    {
        var taps = Factors.Taps();
        var right = new Matrix(_problem.Outputs, Factors.Rank);
        for (var t = 0; t < right.Rows; t++)
        {
            for (var k = 0; k < _grid.Taps; k++)
            {
                TensorPrimitives.MultiplyAdd(_projected.Row(t).Slice(k * Factors.Rank, Factors.Rank), taps.Row(k), right.Row(t), right.Row(t));
            }
        }

        var solved = Solve(TapContraction.Of(_gram, taps, _ => 0, 1), right.Transpose());
        Factors = Factors with { Output = solved.Transpose() };
    }

    /// <summary>[Σ_{k,k'} c[k,r]·Σ_{k,k'}·c[k',r'] · (U_TᵀU_T)[r,r'] + ρI]·vec(U_S) = vec of Σ_k c[k,r]·(U_TᵀP)[r,(k,s)].</summary>
    public void UpdateInput(InnerAccuracy accuracy)
    {
        Factors = Factors with { Input = _input.Solve(Factors, Ridge, accuracy) };
        (_gram, _projected) = Project();
    }

    /// <summary>U_H for axis 0 and U_W for axis 1, or U_K: Q[(h,r),(h',r')]·(U_TᵀU_T)[r,r'] by Cholesky.</summary>
    public void UpdateAxis(int axis)
    {
        var (rank, extent) = (Factors.Rank, _grid.Extents[axis]);
        var others = Factors.TapsWithout(axis);
        var outputs = _problem.Algebra.Multiply(Factors.Output, Factors.Output, transposeA: true);
        var system = TapContraction.Of(_gram, others, tap => _grid.Place(tap, axis), extent);
        for (var row = 0; row < system.Rows; row++)
        {
            for (var place = 0; place < extent; place++)
            {
                var block = system.Row(row).Slice(place * rank, rank);
                TensorPrimitives.Multiply(block, outputs.Row(row % rank), block);
            }
        }

        var right = new Matrix(extent, rank);
        var correlation = Correlation();
        for (var k = 0; k < _grid.Taps; k++)
        {
            var row = right.Row(_grid.Place(k, axis));
            TensorPrimitives.MultiplyAdd(others.Row(k), correlation.Row(k), row, row);
        }

        var solved = Solve(system, right.Reshape(extent * rank, 1)).Reshape(extent, rank);
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
        ScaleColumns(_gram, scale);
        ScaleColumns(_projected, scale);
        for (var row = 0; row < _gram.Rows; row++)
        {
            TensorPrimitives.Multiply(_gram.Row(row), scale[row % scale.Length], _gram.Row(row));
        }
    }

    private (Matrix Gram, Matrix Projected) Project() => (_problem.Metric.CoreGram(Factors.Input), _problem.ProjectedProduct(Factors.Input));

    /// <summary>(U_TᵀP)[r,(k,·)]·U_S[·,r], K×R.</summary>
    private Matrix Correlation()
    {
        var result = new Matrix(_grid.Taps, Factors.Rank);
        for (var t = 0; t < _problem.Outputs; t++)
        {
            for (var k = 0; k < _grid.Taps; k++)
            {
                TensorPrimitives.MultiplyAdd(_projected.Row(t).Slice(k * Factors.Rank, Factors.Rank), Factors.Output.Row(t), result.Row(k), result.Row(k));
            }
        }

        return result;
    }

    private double Captured() => TensorPrimitives.Dot<double>(Factors.Taps().Values, Correlation().Values);

    private Matrix Solve(Matrix system, Matrix right)
    {
        for (var i = 0; i < system.Rows; i++)
        {
            system[i, i] += Ridge;
        }

        return _problem.Algebra.CholeskySolve(Regularized.Cholesky(_problem.Algebra, Symmetric.Mean(system), _jitter), right);
    }

    private static void ScaleColumns(Matrix matrix, double[] scale)
    {
        for (var row = 0; row < matrix.Rows; row++)
        {
            for (var k = 0; k < matrix.Columns / scale.Length; k++)
            {
                var block = matrix.Row(row).Slice(k * scale.Length, scale.Length);
                TensorPrimitives.Multiply(block, scale, block);
            }
        }
    }
}

/// <summary>Sums of G = BᵀΣB over taps, weighted by the factors of the axes that are not solved for.</summary>
internal static class TapContraction
{
    /// <summary>Q[(j,r),(j',r')] = Σ over taps k at place j and k' at place j' of weights[k,r]·G[(k,r),(k',r')]·weights[k',r'].</summary>
    /// <param name="gram">G, (K·R)×(K·R), index k·R + r.</param>
    /// <param name="weights">K×R.</param>
    /// <param name="place">The place of a tap, from 0 to <paramref name="places"/> − 1.</param>
    /// <param name="places">Number of places.</param>
    public static Matrix Of(Matrix gram, Matrix weights, Func<int, int> place, int places)
    {
        var (taps, rank) = (weights.Rows, weights.Columns);
        var result = new Matrix(places * rank, places * rank);
        var row = new double[places * rank];
        for (var k = 0; k < taps; k++)
        {
            for (var r = 0; r < rank; r++)
            {
                Array.Clear(row);
                for (var other = 0; other < taps; other++)
                {
                    var sum = row.AsSpan(place(other) * rank, rank);
                    TensorPrimitives.MultiplyAdd(gram.Row((k * rank) + r).Slice(other * rank, rank), weights.Row(other), sum, sum);
                }

                var to = result.Row((place(k) * rank) + r);
                TensorPrimitives.MultiplyAdd(row, weights[k, r], to, to);
            }
        }

        return result;
    }
}
