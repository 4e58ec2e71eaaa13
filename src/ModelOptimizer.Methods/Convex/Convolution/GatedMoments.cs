using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// A <see cref="IGatedProblem"/> in the second moments of its gated windows φ_n = (M_n ⊗ p_n, 1), float64: one pass over the data, of which nothing is kept.
/// For small blocks, as Φ has (m·D + 1)² numbers. They hold the convex problem too, in which every gate has a full matrix U_j (outputs×D) in place of a_j w_jᵀ.
/// </summary>
internal sealed class GatedMoments : IGatedProblem
{
    /// <summary>The most m·D + 1.</summary>
    public const int MostFeatures = 2048;

    /// <summary>Windows whose features are held at once, unless one sample has more.</summary>
    public const int WindowsAtOnce = 4096;

    private readonly ILinearAlgebra _algebra;
    private readonly int _gates;
    private readonly int _taps;
    private readonly Matrix _gram;
    private readonly Matrix _right;

    private GatedMoments(ILinearAlgebra algebra, int gates, int taps, int outputs)
    {
        var size = Size(gates, taps);
        (_algebra, _gates, _taps) = (algebra, gates, taps);
        (_gram, _right) = (new Matrix(size, size), new Matrix(size, outputs));
        (OpenTogether, Windows) = (new Matrix(gates, gates), new Matrix(taps, taps));
    }

    public double TargetSquares { get; private set; }

    public Matrix OpenTogether { get; }

    /// <summary>Σ p_n p_nᵀ.</summary>
    public Matrix Windows { get; }

    /// <summary>m·D + 1.</summary>
    public static int Size(int gates, int taps) => checked((gates * taps) + 1);

    /// <summary>Reads the data once.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="gates">The gates.</param>
    /// <param name="window">Their window.</param>
    /// <param name="activations">z and y.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static GatedMoments Read(ILinearAlgebra algebra, GateFilters gates, ConvGeometry window, IBatchSource activations, CancellationToken cancellation)
    {
        GatedMoments? moments = null;
        foreach (var batch in activations.Read())
        {
            var (images, targets) = (batch.Inputs[BlockActivations.Input], batch.Inputs[BlockActivations.Target]);
            moments ??= new GatedMoments(algebra, gates.Filters.Rows, gates.Filters.Columns, (int)targets.Shape[1]);
            var samples = (int)Math.Max(1, WindowsAtOnce / (targets.Shape[2] * targets.Shape[3]));
            for (var first = 0; first < images.Shape[0]; first += samples)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(samples, (int)images.Shape[0] - first);
                moments.Add(gates, window, Rows(images, first, count), Rows(targets, first, count));
            }
        }

        return moments!;
    }

    public MixerSystem Mixer(Matrix filters)
    {
        var spread = new Matrix(_gram.Rows, _gates + 1);
        for (var j = 0; j < _gates; j++)
        {
            for (var t = 0; t < _taps; t++)
            {
                spread[(j * _taps) + t, j] = filters[j, t];
            }
        }

        spread[_gram.Rows - 1, _gates] = 1;
        return new MixerSystem(
            _algebra.Multiply(spread, _algebra.Multiply(_gram, spread), transposeA: true),
            _algebra.Multiply(spread, _right, transposeA: true),
            TargetSquares
        );
    }

    public Matrix Right(Matrix mixer, double[] bias)
    {
        // φ's last entry is 1: its products with the others are their sums.
        var centred = _right.Clone();
        for (var feature = 0; feature < _gram.Rows; feature++)
        {
            TensorPrimitives.MultiplyAdd(bias, -_gram[feature, _gram.Rows - 1], centred.Row(feature), centred.Row(feature));
        }

        var products = _algebra.Multiply(centred, mixer);
        var result = new Matrix(_gates, _taps);
        for (var feature = 0; feature < _gates * _taps; feature++)
        {
            result.Values[feature] = products[feature, feature / _taps];
        }

        return result;
    }

    public Matrix Product(Matrix filters, Matrix mixer)
    {
        var coupling = _algebra.Multiply(mixer, mixer, transposeA: true);
        var result = new Matrix(_gates, _taps);
        Parallel.For(0, _gates * _taps, feature =>
        {
            var row = _gram.Row(feature);
            var sum = 0.0;
            for (var j = 0; j < _gates; j++)
            {
                sum += coupling[feature / _taps, j] * TensorPrimitives.Dot<double>(row.Slice(j * _taps, _taps), filters.Row(j));
            }

            result.Values[feature] = sum;
        });
        return result;
    }

    /// <summary>The convex problem's optimum.</summary>
    public ConvexReference Convex() => ConvexReference.Solve(_algebra, _gram, _right, TargetSquares, _gates);

    private static HostTensor Rows(HostTensor tensor, int first, int count)
    {
        var bytes = tensor.Bytes.Length / (int)tensor.Shape[0];
        return new HostTensor(tensor.Type, [count, .. tensor.Shape[1..]], tensor.Bytes.AsSpan(first * bytes, count * bytes).ToArray());
    }

    private void Add(GateFilters gates, ConvGeometry window, HostTensor images, HostTensor targets)
    {
        var (samples, places) = ((int)images.Shape[0], (int)(targets.Shape[2] * targets.Shape[3]));
        var patches = new Matrix(_taps, places * samples);
        PatchMatrix.Fill(patches, images.Doubles(), images.Shape, window, targets.Shape[2..], samples, 0);
        var open = OpenGates(gates, patches);
        var features = Features(open, patches);
        TensorPrimitives.Add(_gram.Values, _algebra.Gram(features).Values, _gram.Values);
        var wanted = Targets(targets, samples, places);
        TensorPrimitives.Add(_right.Values, _algebra.Multiply(features, wanted, transposeB: true).Values, _right.Values);
        TensorPrimitives.Add(OpenTogether.Values, _algebra.Gram(open).Values, OpenTogether.Values);
        TensorPrimitives.Add(Windows.Values, _algebra.Gram(patches).Values, Windows.Values);
        TargetSquares += TensorPrimitives.SumOfSquares<double>(wanted.Values);
    }

    // M: 1 where a gate is above zero, strictly, and 0 elsewhere.
    private Matrix OpenGates(GateFilters gates, Matrix patches)
    {
        var open = _algebra.Multiply(gates.Filters, patches);
        for (var j = 0; j < _gates; j++)
        {
            var closed = -(gates.Bias?[j] ?? 0);
            foreach (ref var value in open.Row(j))
            {
                value = value > closed ? 1 : 0;
            }
        }

        return open;
    }

    private Matrix Features(Matrix open, Matrix patches)
    {
        var features = new Matrix(_gram.Rows, patches.Columns);
        Parallel.For(0, _gates * _taps, feature => TensorPrimitives.Multiply(open.Row(feature / _taps), patches.Row(feature % _taps), features.Row(feature)));
        features.Row(_gram.Rows - 1).Fill(1);
        return features;
    }

    // Outputs×windows, in the order of the patches.
    private static Matrix Targets(HostTensor targets, int samples, int places)
    {
        var values = targets.As<float>();
        var result = new Matrix((int)targets.Shape[1], places * samples);
        for (var sample = 0; sample < samples; sample++)
        {
            for (var k = 0; k < result.Rows; k++)
            {
                for (var place = 0; place < places; place++)
                {
                    result[k, (place * samples) + sample] = values[(((sample * result.Rows) + k) * places) + place];
                }
            }
        }

        return result;
    }
}

/// <summary>
/// The convex problem behind a gated block: any outputs×D matrix U_j for each gate in place of a_j w_jᵀ, which is linear least squares. Its optimum is below
/// the loss of every block with these gates.
/// </summary>
/// <param name="Loss">Σ‖Σ_j U_j (M_nj p_n) + b − y_n‖² at the optimum.</param>
/// <param name="Filters">w_j of the best a_j w_jᵀ to each U_j, m×D: where to start from.</param>
internal sealed record ConvexReference(double Loss, Matrix Filters)
{
    // Directions that the jitter took part of get it back, in shares that fall by orders of magnitude.
    private const int Refinements = 3;

    /// <param name="algebra">Linear algebra.</param>
    /// <param name="gram">Φ = Σ φ_n φ_nᵀ, the bias' feature last.</param>
    /// <param name="right">Σ φ_n y_nᵀ.</param>
    /// <param name="targetSquares">Σ‖y_n‖².</param>
    /// <param name="gates">m.</param>
    public static ConvexReference Solve(ILinearAlgebra algebra, Matrix gram, Matrix right, double targetSquares, int gates)
    {
        var factor = Regularized.Cholesky(algebra, gram, Jitter.Relative);
        var solution = algebra.CholeskySolve(factor, right);
        for (var round = 0; round < Refinements; round++)
        {
            var residual = algebra.Multiply(gram, solution);
            TensorPrimitives.Subtract(right.Values, residual.Values, residual.Values);
            TensorPrimitives.Add(solution.Values, algebra.CholeskySolve(factor, residual).Values, solution.Values);
        }

        var image = algebra.Multiply(gram, solution);
        var loss =
            targetSquares - (2 * TensorPrimitives.Dot<double>(solution.Values, right.Values)) + TensorPrimitives.Dot<double>(solution.Values, image.Values);
        return new ConvexReference(Math.Max(0, loss), Leading(algebra, solution, gates));
    }

    private static Matrix Leading(ILinearAlgebra algebra, Matrix solution, int gates)
    {
        var taps = solution.Rows / gates;
        var filters = new Matrix(gates, taps);
        for (var j = 0; j < gates; j++)
        {
            var own = new Matrix(taps, solution.Columns, solution.Values.AsSpan(j * taps * solution.Columns, taps * solution.Columns).ToArray());
            var (left, singular, _) = algebra.Svd(own);
            for (var t = 0; t < taps; t++)
            {
                filters[j, t] = left[t, 0] * singular[0];
            }
        }

        return filters;
    }
}
