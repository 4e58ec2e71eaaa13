namespace ModelOptimizer.Methods.Common;

/// <summary>
/// A weight that is made of factors when the model is loaded. A matrix is W = O·C. A kernel is, group by group, O·(C ×_s I), where C has the window's taps and
/// I narrows its input channels s; or, with factors of single channels, O·(I ⊙ C₁ ⊙ C₂). O or I may be missing. A recurrent cell's weight is O·C for each
/// direction, W with the same C for all; a transposed convolution's is a kernel whose inputs are the layer's outputs. All of it is MatMul, Mul, Reshape and
/// Cast, whose shapes can be inferred, for runtimes compute only what they know the size of.
/// </summary>
/// <param name="Shape">The weight's shape.</param>
/// <param name="Input">I; null when there is none.</param>
/// <param name="Cores">C.</param>
/// <param name="Output">O; null when there is none.</param>
internal sealed record FactoredWeight(long[] Shape, ConstantTensor? Input, IReadOnlyList<ConstantTensor> Cores, ConstantTensor? Output)
{
    /// <summary>Whether I and the cores have a row for each channel between them.</summary>
    public bool IsByChannel { get; private init; }

    /// <summary>Writes the factors of a layer, with their products.</summary>
    /// <returns>The tensor that is the weight.</returns>
    public static string Write(WeightLayer layer, FactorTensors factors, GraphWriter write)
    {
        string Operand(Matrix values, params long[] dims) => write.Operand("_f", "_c", values.Values, dims);
        if (layer.Kind == LayerKind.Recurrent)
        {
            var (first, last) = (factors.Cores[0].Weight, factors.Output!);
            long[] dims = layer.Directions == 1 ? [first.Rows, first.Columns] : [layer.Directions, first.Rows / layer.Directions, first.Columns];
            var operands = new[] { Operand(last, StoredWeight.Dims(layer, last.Rows, last.Columns)), Operand(first, dims) };
            return write.Rounded(write.Node("MatMul", operands), "_w");
        }

        if (layer.Kind == LayerKind.ConvTranspose)
        {
            return Write(AsConv(layer), Turned(factors, layer.Window!.Taps), write);
        }

        if (layer.Kind != LayerKind.Conv)
        {
            var isTransposed = StoredWeight.IsTransposed(layer);
            string Matrix(Matrix factor)
            {
                var stored = isTransposed ? factor.Transpose() : factor;
                return Operand(stored, stored.Rows, stored.Columns);
            }

            var (core, output) = (Matrix(factors.Cores[0].Weight), Matrix(factors.Output!));
            return write.Rounded(write.Node("MatMul", isTransposed ? [core, output] : [output, core]), "_w");
        }

        long groups = layer.Window!.Group;
        long[] Grouped(params long[] dims) => groups == 1 ? dims : [groups, .. dims];
        // [R, inputs·taps] of each group, or [R, inputs, taps] where no factor stands in front of it.
        var inner = factors switch
        {
            { Cores: [{ Depthwise: true }, ..] } => ByChannel(layer, factors, write, Operand),
            { Input: { } input, Cores: [{ Weight: var core }] } => Inwards(input, core),
            { Cores: [{ Weight: var core }] } => Operand(core, Grouped(core.Rows / groups, core.Columns)),
            _ => throw new ArgumentException("no form of factors", nameof(factors)),
        };
        if (factors.Output is { } outer)
        {
            var rank = factors.Cores[0].Weight.Rows / groups;
            var flat = factors.Input is null ? inner
                : factors.Cores[0].Depthwise && groups > 1 ? write.Reshape(inner, groups, rank, -1)
                : write.Reshape(inner, groups == 1 ? [0, -1] : [0, 0, -1]);
            inner = write.Node("MatMul", [Operand(outer, Grouped(outer.Rows / groups, rank)), flat]);
        }

        return write.Rounded(write.Reshape(inner, StoredWeight.Dims(layer, layer.OutputChannels, (int)(layer.WeightCount / layer.OutputChannels))), "_w");

        string Inwards(Matrix input, Matrix core)
        {
            long rank = input.Rows / groups;
            var transposed = FactorTensors.Stack(Enumerable.Range(0, (int)groups).Select(g => FactorTensors.Group(input, g, (int)groups).Transpose()));
            var left = Operand(transposed, groups == 1 ? [input.Columns, rank] : [groups, 1, input.Columns, rank]);
            return write.Node("MatMul", [left, Operand(core, Grouped(core.Rows / groups, rank, core.Columns / rank))]);
        }
    }

    /// <summary>The factors of a layer whose weight is made of some; null when it is not, or not of plain numbers any more.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="producer">The node that makes a tensor.</param>
    /// <param name="constants">The graph's constants.</param>
    public static FactoredWeight? Read(WeightLayer layer, Func<string, NodeProto?> producer, ConstantLookup constants)
    {
        NodeProto? Made(string name, string op) => producer(name) is { } node && node.Operator() == op ? node : null;
        string Behind(string name, string op) => Made(name, op)?.Input[0] ?? name;
        ConstantTensor? Factor(string name, int rank) =>
            constants.Find(Behind(name, "Cast")) is { Tensor: var tensor } found && ElementTypes.IsFloat(tensor.DataType) && tensor.Dims.Count == rank
                ? found
                : null;

        var weight = Behind(layer.Weight, "Cast");
        var shaped = Made(weight, "Reshape");
        if (Made(shaped?.Input[0] ?? weight, "MatMul") is not { } product)
        {
            return null;
        }

        if (layer.Kind == LayerKind.Recurrent)
        {
            var outer = Factor(product.Input[0], 3);
            return shaped is null && outer is not null && (Factor(product.Input[1], 2) ?? Factor(product.Input[1], 3)) is { } inner
                ? new([outer.Tensor.Dims[0], outer.Tensor.Dims[1], inner.Tensor.Dims[^1]], null, [inner], outer)
                : null;
        }

        if (layer.Kind is LayerKind.Gemm or LayerKind.MatMul)
        {
            var (first, second) = (Factor(product.Input[0], 2), Factor(product.Input[1], 2));
            return shaped is not null || first is null || second is null ? null
                : StoredWeight.IsTransposed(layer) ? new([first.Tensor.Dims[0], second.Tensor.Dims[1]], null, [first], second)
                : new([first.Tensor.Dims[0], second.Tensor.Dims[1]], null, [second], first);
        }

        var groups = layer.Node.Int("group", 1);
        if (groups < 1 || constants.Find(shaped?.InputAt(1))?.Integers() is not { Length: > 2 } shape)
        {
            return null;
        }

        // Axes of a matrix of each group; a core between two factors has its taps as a third.
        var matrix = groups > 1 ? 3 : 2;
        var (left, right) = (product.Input[0], Behind(product.Input[1], "Reshape"));
        var output = Factor(left, matrix);
        if (output is not null && Made(right, "Mul") is { } channels)
        {
            string[] taps = Made(channels.Input[1], "Mul") is { } both ? [.. both.Input] : [channels.Input[1]];
            return Of(Factor(channels.Input[0], shape.Length), [.. taps.Select(tap => Factor(tap, shape.Length))], output, isByChannel: true);
        }

        if (output is not null && Made(right, "MatMul") is { } inwards)
        {
            return Of(Factor(inwards.Input[0], InputAxes(matrix)), [Factor(inwards.Input[1], matrix + 1)], output);
        }

        return output is null || Factor(right, matrix) is not { } core ? Of(Factor(left, InputAxes(matrix)), [Factor(right, matrix + 1)], null)
            : new FactoredWeight(shape, null, [core], output) is var two && two.Fits(groups) ? two
            : null;

        FactoredWeight? Of(ConstantTensor? input, IReadOnlyList<ConstantTensor?> cores, ConstantTensor? outer, bool isByChannel = false) =>
            input is not null && !cores.Contains(null)
            && new FactoredWeight(shape, input, [.. cores.OfType<ConstantTensor>()], outer) { IsByChannel = isByChannel } is var read && read.Fits(groups)
                ? read
                : null;
    }

    /// <summary>The numbers of the factors of <paramref name="layer"/>.</summary>
    public FactorTensors Tensors(WeightLayer layer)
    {
        var isTransposed = StoredWeight.IsTransposed(layer);
        var groups = (int)layer.Node.Int("group", 1);
        Matrix Rows(ConstantTensor factor)
        {
            var values = WeightValues.ReadDoubles(factor.Tensor);
            var rows = checked((int)factor.Tensor.Dims.Take(IsByChannel || groups == 1 || layer.Kind != LayerKind.Conv ? 1 : 2).Product());
            var stored = new Matrix(rows, values.Length / rows, values);
            return isTransposed ? stored.Transpose() : stored;
        }

        Matrix Inwards(ConstantTensor factor)
        {
            var (columns, rank) = ((int)factor.Tensor.Dims[^2], (int)factor.Tensor.Dims[^1]);
            var stacked = new Matrix(groups * columns, rank, WeightValues.ReadDoubles(factor.Tensor));
            return FactorTensors.Stack(Enumerable.Range(0, groups).Select(group => FactorTensors.Group(stacked, group, groups).Transpose()));
        }

        return new FactorTensors(
            Input is null ? null : IsByChannel ? Rows(Input) : Inwards(Input),
            [.. Cores.Select((core, axis) => new CoreTensor(Rows(core), IsByChannel, Cores.Count > 1 ? axis : null))],
            Output is null ? null : Rows(Output));
    }

    // The kernel of a ConvTranspose as one of a Conv.
    private static WeightLayer AsConv(WeightLayer layer) =>
        layer with { Kind = LayerKind.Conv, OutputChannels = layer.InputChannels, InputChannels = layer.OutputChannels };

    // Inputs and outputs the other way round, and the taps in reverse.
    private static FactorTensors Turned(FactorTensors factors, int taps)
    {
        var core = factors.Cores[0].Weight;
        var turned = new Matrix(core.Columns / taps, core.Rows * taps, StoredWeight.Turned(core.Values, core.Rows, taps));
        return new FactorTensors(factors.Output?.Transpose(), [new CoreTensor(turned)], factors.Input?.Transpose());
    }

    // Other products, such as a tensor train's, may be of the same nodes.
    private bool Fits(long groups)
    {
        static bool Is(ConstantTensor? factor, params long[] dims) => factor is null || factor.Tensor.Dims.SequenceEqual(dims);
        long[] Grouped(params long[] dims) => groups == 1 ? dims : [groups, .. dims];
        var (outputs, inputs, taps) = (Shape[0] / groups, Shape[1], Shape[2..].Product());
        var rank = Output is null ? outputs : Output.Tensor.Dims[^1];
        if (!Is(Output, Grouped(outputs, rank)))
        {
            return false;
        }

        if (IsByChannel)
        {
            var extents = Shape[2..].Select((_, axis) => Cores.Select(core => core.Tensor.Dims[axis + 2]).Product());
            return Is(Input, [groups * rank, inputs, .. Shape[2..].Select(_ => 1L)])
                && Cores.All(core => core.Tensor.Dims[0] == groups * rank && core.Tensor.Dims[1] == 1) && extents.SequenceEqual(Shape[2..]);
        }

        return Input?.Tensor.Dims[^1] is { } narrow
            ? Is(Input, groups == 1 ? [inputs, narrow] : [groups, 1, inputs, narrow]) && Is(Cores[0], Grouped(rank, narrow, taps))
            : Is(Cores[0], Grouped(rank, inputs * taps));
    }

    // Groups have an axis of length 1 beside theirs, along which the channels of the core are taken one after the other.
    private static int InputAxes(int matrix) => matrix == 2 ? 2 : 4;

    private static string ByChannel(WeightLayer layer, FactorTensors factors, GraphWriter write, Func<Matrix, long[], string> operand)
    {
        var taps = factors.Cores.Select(core => operand(core.Weight, [core.Weight.Rows, 1, .. core.Kernel(layer.Window!).Select(extent => (long)extent)]));
        var input = factors.Input!;
        long[] point = [.. layer.Window!.Kernel.Select(_ => 1L)];
        return write.Mul(operand(input, [input.Rows, input.Columns, .. point]), taps.Aggregate(write.Mul));
    }
}
