namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>
/// X = X̃Qᵀ with orthonormal columns in Q, where there are fewer samples than inputs. What of a group u is orthogonal to all samples changes no output and only makes ‖u‖ longer, so minimisers
/// are Qũ, and the problem of X̃, n×n, is the same one: same outputs, same norms, same objective.
/// </summary>
internal sealed class SampleSpan
{
    private readonly ILinearAlgebra _algebra;

    // Q, d×n; null where X is as it is.
    private readonly Matrix? _basis;

    /// <summary>The span of the rows of <paramref name="inputs"/>, n×d.</summary>
    public SampleSpan(ILinearAlgebra algebra, Matrix inputs)
    {
        _algebra = algebra;
        if (inputs.Rows >= inputs.Columns)
        {
            Inputs = inputs;
            return;
        }

        var (basis, factor) = algebra.Qr(inputs.Transpose());
        (_basis, Inputs) = (basis, factor.Transpose());
    }

    /// <summary>X̃, n×min(n, d).</summary>
    public Matrix Inputs { get; }

    /// <summary>Rows in units of X, as units of X̃: the same values on all samples.</summary>
    public Matrix Project(Matrix rows) => _basis is null ? rows : _algebra.Multiply(rows, _basis);

    /// <summary>Rows in units of X̃, as units of X: the same norms, too.</summary>
    public Matrix Expand(Matrix rows) => _basis is null ? rows : _algebra.Multiply(rows, _basis, transposeB: true);
}
