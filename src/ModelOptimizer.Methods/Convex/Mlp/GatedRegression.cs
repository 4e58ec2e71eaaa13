using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// C-GReLU: min_U (1/2n)‖Σ_i D_iXU_i − Y‖² + λ·Σ_i Σ_k ‖u_{i,k}‖ over given gates. Its minimum is that of the two-layer network with these gates under
/// (λ/2)(‖W‖² + ‖a‖²). Neurons and gates have biases, and one gate is always open. Solutions have u_{i,k} in row k·p + i, in units of <see cref="SampleSpan"/>;
/// the networks made of them take raw inputs.
/// </summary>
internal sealed class GatedRegression
{
    private readonly ILinearAlgebra _algebra;
    private readonly InputScaling _scaling;
    private readonly Gates _gates;
    private readonly SampleSpan _span;
    private readonly SquaredLoss _loss;

    /// <summary>Scales the inputs and draws the gates.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="inputs">X, n×d, finite.</param>
    /// <param name="targets">Y, n×c, finite: what the teacher gives, or labels.</param>
    /// <param name="gates">The open gate and those drawn, p at most.</param>
    /// <param name="seed">Where the draws begin.</param>
    /// <exception cref="ArgumentException">Inputs and targets have different numbers of samples.</exception>
    public GatedRegression(ILinearAlgebra algebra, Matrix inputs, Matrix targets, int gates, int seed)
    {
        if (inputs.Rows != targets.Rows)
        {
            throw new ArgumentException($"{inputs.Rows} inputs do not fit {targets.Rows} targets.", nameof(targets));
        }

        _algebra = algebra;
        _scaling = InputScaling.Of(inputs);
        var scaled = _scaling.Scale(inputs);
        _gates = Gates.Sample(algebra, scaled, gates, seed);
        _span = new SampleSpan(algebra, scaled);
        _loss = new SquaredLoss(new GatedFeatures(algebra, _span.Inputs, _gates.Patterns, targets.Columns), targets.Transpose());
        LambdaMax = _loss.LargestSlopeAtZero();
    }

    /// <summary>Bytes that a regression holds, with the three points of R-FISTA; d counts the column of ones.</summary>
    /// <param name="n">Samples.</param>
    /// <param name="d">Inputs.</param>
    /// <param name="p">Gates.</param>
    /// <param name="c">Outputs.</param>
    public static double Bytes(double n, double d, double p, double c)
    {
        // Where there are fewer samples than inputs: Xᵀ, its basis and what the factorisation holds beside them.
        var (s, basis) = (Math.Min(n, d), n < d ? 4 * n * d : 0);
        return sizeof(double) * ((n * d) + basis + (n * s) + (2 * n * p) + (p * d) + (6 * c * p * s) + (5 * c * n));
    }

    /// <summary>Floating-point operations of an iteration at most: one application of the features and one of their adjoint.</summary>
    public static double Flops(double n, double d, double p, double c) => 4 * n * Math.Min(n, d) * p * c;

    /// <summary>p: the open gate and what is left of those drawn.</summary>
    public int GateCount => _gates.Directions.Rows;

    /// <summary>max_{i,k}‖(1/n)XᵀD_iY_k‖: from this λ on, U = 0.</summary>
    public double LambdaMax { get; }

    /// <summary>The minimum at <paramref name="lambda"/>, above 0, from <paramref name="start"/> or from zero.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FistaResult Solve(double lambda, FistaSettings settings, Matrix? start = null) =>
        new RestartedFista(_loss, new GroupPenalty(lambda), settings).Solve(start);

    /// <summary>
    /// The minima at λ_max·<paramref name="smallest"/>^(j/<paramref name="count"/>), j = 1 … <paramref name="count"/>, each from the one before, as they are
    /// asked for.
    /// </summary>
    /// <param name="smallest">The last λ as a share of λ_max, between 0 and 1.</param>
    /// <param name="count">Points.</param>
    /// <param name="settings">For every point; the step goes on from the point before.</param>
    public IEnumerable<PathPoint> Path(double smallest, int count, FistaSettings settings)
    {
        FistaResult? last = null;
        for (var j = 1; j <= count; j++)
        {
            var lambda = LambdaMax * Math.Pow(smallest, (double)j / count);
            last = Solve(lambda, settings with { Step = last?.Step ?? settings.Step }, last?.Weights);
            yield return new PathPoint(lambda, last);
        }
    }

    /// <summary>The gated network of a solution.</summary>
    public GatedNetwork Gated(Matrix weights)
    {
        var network = GatedNetwork.Of(_gates.Directions, weights);
        return (network with { Hidden = new AffineLayer(_span.Expand(network.Hidden.Weights)) }).InInputUnits(_scaling);
    }

    /// <summary>The plain ReLU network that gives the same on the training inputs.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ReluNetwork Relu(Matrix weights, CancellationToken cancellation)
    {
        var parts = ConeDecomposition.Of(_algebra, _span.Inputs, _gates with { Directions = _span.Project(_gates.Directions) }, weights, cancellation);
        var network = ReluNetwork.Of(parts, GateCount, _loss.Target.Rows);
        return (network with { Hidden = new AffineLayer(_span.Expand(network.Hidden.Weights)) }).InInputUnits(_scaling);
    }
}

/// <summary>
/// X = X̃Qᵀ with orthonormal columns in Q, where there are fewer samples than inputs. What of a group u is orthogonal to all samples changes no output and only
/// makes ‖u‖ longer, so minimisers are Qũ, and the problem of X̃, n×n, is the same one: same outputs, same norms, same objective.
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

/// <summary>
/// U ↦ Σ_i D_iXU_i, transposed: row k of the prediction belongs to output k. u_{i,k} is row k·p + i of U, p the number of gates, so that one output is one
/// product with X.
/// </summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="inputs">X, n×d.</param>
/// <param name="patterns">The diagonals of the D_i as rows, p×n.</param>
/// <param name="outputs">c.</param>
internal sealed class GatedFeatures(ILinearAlgebra algebra, Matrix inputs, Matrix patterns, int outputs) : ILinearMap
{
    // Samples that one core adds up at a time; sums do not depend on it.
    private const int Part = 1024;

    private readonly Matrix _block = new(patterns.Rows, inputs.Columns);
    private readonly Matrix _products = new(patterns.Rows, inputs.Rows);
    private readonly int[] _all = [.. Enumerable.Range(0, patterns.Rows)];

    public int Groups => outputs * patterns.Rows;

    public int Width => inputs.Columns;

    public void Apply(Matrix weights, Matrix prediction)
    {
        for (var k = 0; k < outputs; k++)
        {
            weights.Values.AsSpan(k * _block.Values.Length, _block.Values.Length).CopyTo(_block.Values);
            var active = _block.NonZeroRows();
            if (2 * active.Count > patterns.Rows)
            {
                algebra.Multiply(_block, inputs, transposeB: true, into: _products);
                AddOpen(prediction, k, _all, _products);
            }
            else
            {
                // Most groups of a solution are zero.
                AddOpen(prediction, k, active, algebra.Multiply(_block.RowsAt(active), inputs, transposeB: true));
            }
        }
    }

    public void Adjoint(Matrix residual, Matrix weights)
    {
        for (var k = 0; k < outputs; k++)
        {
            Parallel.For(0, patterns.Rows, i => TensorPrimitives.Multiply(patterns.Row(i), residual.Row(k), _products.Row(i)));
            algebra.Multiply(_products, inputs, into: _block);
            _block.Values.CopyTo(weights.Values, k * _block.Values.Length);
        }
    }

    private void AddOpen(Matrix prediction, int k, IReadOnlyList<int> gates, Matrix products) => Parallel.For(0, (inputs.Rows + Part - 1) / Part, number =>
    {
        var start = number * Part;
        var length = Math.Min(Part, inputs.Rows - start);
        var sums = prediction.Row(k).Slice(start, length);
        sums.Clear();
        for (var j = 0; j < gates.Count; j++)
        {
            TensorPrimitives.MultiplyAdd(patterns.Row(gates[j]).Slice(start, length), products.Row(j).Slice(start, length), sums, sums);
        }
    });
}

/// <summary>A point of a regularisation path.</summary>
/// <param name="Lambda">λ.</param>
/// <param name="Result">The minimum there.</param>
internal sealed record PathPoint(double Lambda, FistaResult Result)
{
    /// <summary>f, the mean squared error without the penalty, halved.</summary>
    public double Loss => Result.End.Objective - new GroupPenalty(Lambda).Value(Result.Weights);
}
