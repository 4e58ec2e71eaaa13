using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// The factors of a weight that is made of them at load, as weights of their own: each reads what the factors before it make of the layer's input.
/// </summary>
internal static class FactorTargets
{
    /// <summary>The factors of <paramref name="layer"/> in the order in which they are applied; none where its weight is not made of plain ones.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="producer">The node that makes a tensor.</param>
    /// <param name="constants">The graph's constants.</param>
    /// <param name="name">Gives a name that no layer has.</param>
    public static IReadOnlyList<WeightTarget> Of(WeightLayer layer, Func<string, NodeProto?> producer, ConstantLookup constants, Func<string, string> name)
    {
        if (FactoredWeight.Read(layer, producer, constants) is not { } weight || Whole(layer, weight.Shape) is not { } whole)
        {
            return [];
        }

        // Rows of a matrix are outputs, those of groups below each other; a MatMul's are stored transposed.
        var (axis, merged) = StoredWeight.IsTransposed(layer) ? (1, 1) : whole.Window?.Group > 1 ? (1, 2) : (0, 1);
        var targets = new List<WeightTarget>();
        void Add(
            ConstantTensor factor,
            string suffix,
            (int Axis, int Merged) rows,
            Func<FactorMoments, SecondMoment, SecondMoment> moment,
            Func<FactorMoments, IReadOnlyList<Matrix>>? maps = null) =>
            targets.Add(Target(whole, weight, factor, name(layer.Name + suffix), ChannelAxis.Of(factor.Tensor.Dims, rows.Axis, rows.Merged), moment, maps));

        if (weight.Input is { } input)
        {
            Add(input, "_in", (weight.IsByChannel ? 0 : input.Tensor.Dims.Count - 1, 1), (factors, measured) => factors.OfInput(measured));
        }

        foreach (var (index, core) in weight.Cores.Index())
        {
            var suffix = weight.Cores.Count == 1 ? "_core" : index == 0 ? "_height" : "_width";
            Add(
                core,
                suffix,
                weight.IsByChannel ? (0, 1) : (axis, merged),
                (factors, measured) => factors.OfCore(measured, index),
                weight.Output is null ? factors => factors.ToCore() : null);
        }

        if (weight.Output is { } output)
        {
            Add(output, "_out", (axis, merged), (factors, measured) => factors.OfOutput(measured), factors => factors.ToOutput());
        }

        return targets;
    }

    // The layer as it would be with a plain weight.
    private static WeightLayer? Whole(WeightLayer layer, long[] shape)
    {
        if (layer.Kind is LayerKind.Recurrent or LayerKind.ConvTranspose)
        {
            return layer with { WeightShape = shape };
        }

        if (layer.Kind != LayerKind.Conv)
        {
            var (rows, columns) = ((int)shape[0], (int)shape[1]);
            var (outputs, inputs) = layer.TransB ? (rows, columns) : (columns, rows);
            return layer with { WeightShape = shape, OutputChannels = outputs, InputChannels = inputs };
        }

        return ConvWindow.Read(layer.Node, shape) is ({ } window, null)
            ? layer with { WeightShape = shape, Window = window, OutputChannels = (int)shape[0], InputChannels = (int)shape[1] * window.Group }
            : null;
    }

    private static WeightTarget Target(
        WeightLayer layer,
        FactoredWeight weight,
        ConstantTensor factor,
        string name,
        ChannelAxis axis,
        Func<FactorMoments, SecondMoment, SecondMoment> moment,
        Func<FactorMoments, IReadOnlyList<Matrix>>? maps)
    {
        var own = layer with
        {
            Name = name,
            Kind = LayerKind.Other,
            Weight = factor.Name,
            WeightShape = [.. factor.Tensor.Dims],
            ElementType = factor.Tensor.DataType,
            // Only the last factor's mean error is one of the layer's outputs.
            Bias = maps is null ? null : layer.Bias,
            Obstacle = null,
        };
        if (layer.Kind is LayerKind.Recurrent or LayerKind.ConvTranspose)
        {
            return new WeightTarget(own, axis, []) { FactorOf = layer.Name };
        }

        // As the factors before it are when this is asked: a walk changes them.
        FactorMoments Factors(ILinearAlgebra algebra) => new(algebra, weight.Tensors(layer), layer.Window);
        return new WeightTarget(own, axis, [layer])
        {
            FactorOf = layer.Name,
            Through = (algebra, measured) => moment(Factors(algebra), measured),
            Maps = maps is null ? null : algebra => maps(Factors(algebra)),
        };
    }
}

/// <summary>The second moments of what the factors of a layer read, from that of what the layer reads.</summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="factors">The factors.</param>
/// <param name="window">The window of the layer; null where it is a matrix.</param>
internal sealed class FactorMoments(ILinearAlgebra algebra, FactorTensors factors, ConvGeometry? window)
{
    private readonly int _groups = window?.Group ?? 1;
    private readonly int _taps = window?.Taps ?? 1;

    private bool IsByChannel => factors.Cores[0].Depthwise;

    /// <summary>
    /// I reads the input at every tap: the mean of Σ's diagonal blocks. A row of it for a core is one of all groups side by side, which share its scale.
    /// </summary>
    public SecondMoment OfInput(SecondMoment moment)
    {
        List<Matrix> blocks = [.. moment.Sigma.Select(MeanBlock)];
        if (IsByChannel || _groups == 1)
        {
            return Of(blocks, moment.Count);
        }

        var size = blocks[0].Rows;
        var all = new Matrix(_groups * size, _groups * size);
        for (var row = 0; row < all.Rows; row++)
        {
            blocks[row / size].Row(row % size).CopyTo(all.Row(row)[(row / size * size)..]);
        }

        return Of([all], moment.Count);
    }

    /// <summary>A core reads I·x at all taps, or x itself; one of single channels has a moment for each.</summary>
    public SecondMoment OfCore(SecondMoment moment, int index) =>
        IsByChannel ? Of([.. Enumerable.Range(0, _groups).SelectMany(group => OfChannels(moment.Sigma[group], index, group))], moment.Count)
        : factors.Input is not null ? Mapped(moment, ToCore())
        : moment;

    /// <summary>O reads what all the others make of x.</summary>
    public SecondMoment OfOutput(SecondMoment moment) => Mapped(moment, ToOutput());

    /// <summary>From x to what a core behind an input factor reads, a matrix for each group.</summary>
    public IReadOnlyList<Matrix> ToCore() => [.. Enumerable.Range(0, _groups).Select(group => Spread(Group(factors.Input!, group)))];

    /// <summary>From x to what O reads.</summary>
    public IReadOnlyList<Matrix> ToOutput() => [.. Enumerable.Range(0, _groups).Select(group => (IsByChannel, factors.Input) switch
    {
        (true, _) => KhatriRao(group),
        (_, { } input) => algebra.Multiply(Group(factors.Cores[0].Weight, group), Spread(Group(input, group))),
        _ => Group(factors.Cores[0].Weight, group),
    })];

    // E[z·zᵀ] of z = I_r·x at the taps of one axis, those of the other weighed by its factor.
    private IEnumerable<Matrix> OfChannels(Matrix sigma, int index, int group)
    {
        var input = Group(factors.Input!, group);
        var extent = factors.Cores[index].Weight.Columns;
        var others = _taps / extent;
        var weights = factors.Cores.Count > 1 ? Group(factors.Cores[1 - index].Weight, group) : null;
        Matrix[] sigmas = [.. Enumerable.Range(0, input.Rows).Select(_ => new Matrix(extent, extent))];
        for (var i = 0; i < extent * extent; i++)
        {
            var (a, b) = (i / extent, i % extent);
            for (var j = 0; j < others * others; j++)
            {
                var (one, other) = (j / others, j % others);
                var (from, to) = index == 0 ? ((a * others) + one, (b * others) + other) : ((one * extent) + a, (other * extent) + b);
                var block = algebra.Multiply(input, TapBlock(sigma, from, to));
                for (var r = 0; r < input.Rows; r++)
                {
                    var weight = weights is null ? 1 : weights[r, one] * weights[r, other];
                    sigmas[r].Values[i] += weight * TensorPrimitives.Dot<double>(block.Row(r), input.Row(r));
                }
            }
        }

        return sigmas.Select(Symmetric.Mean);
    }

    private Matrix KhatriRao(int group)
    {
        var input = Group(factors.Input!, group);
        Matrix[] cores = [.. factors.Cores.Select(core => Group(core.Weight, group))];
        var result = new Matrix(input.Rows, input.Columns * _taps);
        for (var i = 0; i < result.Values.Length; i++)
        {
            var (r, s, k) = (i / result.Columns, i % result.Columns / _taps, i % _taps);
            var widths = _taps / cores[0].Columns;
            result.Values[i] = input[r, s] * cores[0][r, k / widths] * (cores.Length > 1 ? cores[1][r, k % widths] : 1);
        }

        return result;
    }

    // I ⊗ 1: from S·K to R·K.
    private Matrix Spread(Matrix input)
    {
        var result = new Matrix(input.Rows * _taps, input.Columns * _taps);
        for (var row = 0; row < result.Rows; row++)
        {
            for (var s = 0; s < input.Columns; s++)
            {
                result[row, (s * _taps) + (row % _taps)] = input[row / _taps, s];
            }
        }

        return result;
    }

    private Matrix MeanBlock(Matrix sigma)
    {
        var sum = TapBlock(sigma, 0, 0);
        for (var k = 1; k < _taps; k++)
        {
            TensorPrimitives.Add(sum.Values, TapBlock(sigma, k, k).Values, sum.Values);
        }

        TensorPrimitives.Divide(sum.Values, _taps, sum.Values);
        return sum;
    }

    // Σ[(·,k),(·,k')].
    private Matrix TapBlock(Matrix sigma, int from, int to)
    {
        var block = new Matrix(sigma.Rows / _taps, sigma.Rows / _taps);
        for (var i = 0; i < block.Values.Length; i++)
        {
            block.Values[i] = sigma[(i / block.Columns * _taps) + from, (i % block.Columns * _taps) + to];
        }

        return block;
    }

    private Matrix Group(Matrix stacked, int group) => FactorTensors.Group(stacked, group, _groups);

    private SecondMoment Mapped(SecondMoment moment, IReadOnlyList<Matrix> maps) => moment.Span is { } span
        ? SecondMoment.OfSpan(
            algebra,
            algebra.Multiply(span, maps[0], transposeB: true),
            algebra.Multiply(maps[0], new Matrix(moment.Mean[0].Length, 1, moment.Mean[0])).Values,
            moment.Count)
        : new(
        [.. maps.Zip(moment.Sigma, (from, sigma) => Symmetric.Mean(algebra.Multiply(algebra.Multiply(from, sigma), from, transposeB: true)))],
        [.. maps.Zip(moment.Mean, (from, mean) => algebra.Multiply(from, new Matrix(mean.Length, 1, mean)).Values)],
        moment.Count);

    // Only what the last factor reads needs a mean, for its bias.
    private static SecondMoment Of(IReadOnlyList<Matrix> sigma, long count) => new(sigma, [.. sigma.Select(one => new double[one.Rows])], count);
}
