using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Finds the weights of a model: constants of the main graph that Conv, ConvTranspose, Gemm, MatMul, Gather, LSTM, GRU and RNN nodes read as such, also inside
/// sub-graphs, and also through nodes that only move numbers (<see cref="WeightSource"/>); and tables (<see cref="WeightTable"/>). Layers whose weight is no
/// such constant, and nodes that are quantized already, are listed with what stands against them.
/// </summary>
internal sealed class TargetFinder
{
    private static readonly HashSet<string> Quantized = new(StringComparer.Ordinal)
    {
        "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "MatMulNBits", "QGemm", "QAttention", "GatherBlockQuantized",
        "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "DynamicQuantizeLSTM",
    };

    private const string Shared = "its weight is shared";

    private readonly OnnxModel _model;
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly ConstantLookup _constants;
    private readonly TensorUses _uses;
    private readonly HashSet<string> _given;
    private readonly HashSet<string> _trained;
    private readonly IReadOnlyList<WeightLayer> _layers;
    private readonly Dictionary<string, WeightTarget> _factors = new(StringComparer.Ordinal);

    private TargetFinder(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
    {
        (_model, _shapes) = (model, shapes);
        _constants = new ConstantLookup(model.Graph);
        _uses = new TensorUses(model.Proto);
        _given = GivenTensors.Of(model.Proto);
        _trained = [.. model.Proto.TrainingInfo
            .SelectMany(training => training.InitializationBinding.Concat(training.UpdateBinding))
            .SelectMany(binding => new[] { binding.Key, binding.Value })];
        _layers = LayerFinder.FindAll(model);
    }

    /// <summary>The weights of <paramref name="model"/> in the order of their first readers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Of its tensors for one sample; null where nobody asks for <see cref="WeightTarget.Measured"/>.</param>
    public static IReadOnlyList<WeightTarget> Find(OnnxModel model, IReadOnlyDictionary<string, long[]>? shapes = null) =>
        new TargetFinder(model, shapes ?? new Dictionary<string, long[]>()).Find();

    private List<WeightTarget> Find()
    {
        var byNode = _layers.ToLookup<WeightLayer, object>(layer => layer.Node, ReferenceEqualityComparer.Instance);
        var taken = _layers.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var readers = new Dictionary<string, List<WeightReader>>(StringComparer.Ordinal);
        var found = new List<(WeightLayer Layer, string? Obstacle)>();
        var loadTime = new LoadTimeNodes(_model.Proto);
        var producers = _model.Graph.Node.Where(loadTime.Contains).SelectMany(node => node.Output.Select(output => (output, node)));
        var makers = producers.ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        var visited = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var (node, scope) in WeightScope.Nodes(_model.Graph))
        {
            visited.Add(node);
            // What is computed from constants at load is no layer; what it makes may be the weight of one.
            List<WeightReader> read = loadTime.Contains(node) ? [] : [.. Readers(node, scope, byNode)];
            if (Quantized.Contains(node.OpType))
            {
                found.Add((NewLayer(node, Name(node, taken), weight: null), $"it is quantized already ({node.OpType})"));
            }
            else
            {
                foreach (var layer in byNode[node].Where(layer => read.TrueForAll(reader => reader.Input != layer.WeightInput)))
                {
                    AddMade(layer);
                }
            }

            foreach (var reader in read)
            {
                var name = reader.Source.Constant;
                if (!readers.TryGetValue(name, out var known))
                {
                    readers.Add(name, known = []);
                    var own = reader.Own;
                    // Of several constants that make one weight, the first has the layer's name.
                    var isFirst = reader == read.First(other => other.Input == reader.Input);
                    found.Add((
                        own is null ? NewLayer(node, Name(node, taken), _constants.Find(name))
                            : reader.Source.IsAsItIs ? own with { Weight = name }
                            : NewLayer(node, isFirst ? own.Name : Free(own.Name, taken), _constants.Find(name)),
                        null));
                }

                known.Add(reader);
            }
        }

        found.AddRange(_layers.Where(layer => !visited.Contains(layer.Node)).Select(layer => (layer, layer.Obstacle)));
        return [.. found.Select(item => item.Obstacle is { } obstacle ? Left(item.Layer, obstacle)
            : _factors.TryGetValue(item.Layer.Weight, out var factor) ? factor
            : Judge(item.Layer, readers[item.Layer.Weight]))];

        // A weight that is made when the model is loaded, or depends on data.
        void AddMade(WeightLayer layer)
        {
            var factors = FactorTargets.Of(layer, makers.GetValueOrDefault, _constants, wanted => Free(wanted, taken));
            found.AddRange(factors.Select(factor => (factor.Layer, Obstacle(factor.Layer) ?? (_uses.Of(factor.Layer.Weight) > 1 ? Shared : null))));
            factors.ToList().ForEach(factor => _factors[factor.Layer.Weight] = factor);
            if (factors.Count == 0)
            {
                found.Add((layer, layer.Obstacle ?? "its weight is not a constant"));
            }
        }
    }

    private IEnumerable<WeightReader> Readers(NodeProto node, WeightScope scope, ILookup<object, WeightLayer> byNode) => WeightInputs(node).SelectMany(input =>
        WeightSource.Of(node.InputAt(input), scope, _constants)
            .Where(source => !WeightTable.IsReadBy(node) || WeightTable.Is(_constants[source.Constant]))
            .Select(source => new WeightReader(node, input, source, byNode[node].FirstOrDefault(layer => layer.WeightInput == input), scope.IsMain)));

    private WeightTarget Judge(WeightLayer layer, List<WeightReader> readers)
    {
        if (Obstacle(layer) is { } obstacle)
        {
            return Left(layer, obstacle);
        }

        var isTable = readers.Exists(reader => WeightTable.IsReadBy(reader.Node));
        if (isTable && !WeightTable.FitsHalf(_constants[layer.Weight]))
        {
            return Left(layer, "float16 does not hold its numbers, as those of masks and coordinates");
        }

        var axis = Axis(readers[0], layer.WeightShape);
        List<WeightLayer> measured = [.. readers
            .Where(reader => reader.Source.IsAsItIs)
            .Select(reader => reader.Layer)
            .OfType<WeightLayer>()
            .Where(IsMeasurable)];
        // Every reader counts, also of a constant that is cast for some: moments of some of them would round for these and against the others.
        var read = readers[0].Node.Input[readers[0].Input];
        var same = readers.TrueForAll(reader => reader.Node.Input[reader.Input] == read) && (read == layer.Weight || _uses.Of(layer.Weight) == 1)
            && measured.Count == _uses.Of(read) && measured.All(other => IsLike(other, measured[0]));
        return new WeightTarget(layer with { Obstacle = null }, axis, same ? measured : []) { IsTable = isTable };
    }

    private string? Obstacle(WeightLayer layer) => _constants[layer.Weight] switch
    {
        _ when _model.Opset < Opsets.Broadcast => $"its weight cannot be unpacked in opset {_model.Opset}; that takes opset {Opsets.Broadcast}",
        var tensor when WeightValues.Defect(tensor) is { } defect => $"its weight cannot be read: {defect}",
        { Dims: var dims } when dims.Any(extent => extent == 0) => "its weight is empty",
        { Dims.Count: < 2 } => "its weight is a vector",
        _ when _given.Contains(layer.Weight) => "its weight is also an input of the graph",
        _ when _uses.IsOutput(layer.Weight) => "its weight is also an output of the graph",
        _ when _trained.Contains(layer.Weight) => "its weight is bound by the model's training information",
        _ => null,
    };

    // Inputs that are weights, by operator.
    private static int[] WeightInputs(NodeProto node) => node.Operator() switch
    {
        "Conv" or "ConvTranspose" or "Gemm" => [1],
        "MatMul" => [0, 1],
        "Gather" => [0],
        "LSTM" or "GRU" or "RNN" => [1, 2],
        _ when WeightTable.IsReadBy(node) => [0, 1],
        _ => [],
    };

    private static ChannelAxis Axis(WeightReader reader, long[] dims)
    {
        var (node, last) = (reader.Node, dims.Length - 1);
        var (axis, merged) = node.OpType switch
        {
            "Gemm" => (node.Int("transB", 0) != 0 ? 0 : last, 1),
            "MatMul" => (reader.Input == 1 ? last : last - 1, 1),
            // C×(M/group)×kernel: with groups an output channel is no slice of it.
            "ConvTranspose" => (node.Int("group", 1) == 1 ? 1 : 0, 1),
            "LSTM" or "GRU" or "RNN" => (last - 1, last),
            "Gather" => ((int)(((node.Int("axis", 0) % dims.Length) + dims.Length) % dims.Length), 1),
            _ when WeightTable.IsReadBy(node) => (last, 1),
            _ => (0, 1),
        };
        return ChannelAxis.Of(dims, reader.Source.IsTransposed && dims.Length == 2 ? 1 - axis : axis, merged);
    }

    private bool IsMeasurable(WeightLayer layer) => layer.Kind switch
    {
        LayerKind.Conv => layer.Window is { Kernel.Length: 1 or 2 } && layer.WeightShape.Length == layer.Window.Kernel.Length + 2,
        LayerKind.Gemm or LayerKind.MatMul => layer.WeightShape.Length == 2 && SingleVector.Obstacle(layer, _shapes) is null,
        _ => false,
    };

    // Whether both read the weight as the same matrix.
    private static bool IsLike(WeightLayer a, WeightLayer b) => Columns(a) == Columns(b) && a.TransB == b.TransB && a.Window?.Group == b.Window?.Group;

    private static long Columns(WeightLayer layer) => layer.WeightCount / Math.Max(1, layer.OutputChannels);

    private static WeightTarget Left(WeightLayer layer, string obstacle) => new(layer with { Obstacle = obstacle }, null, []);

    private static WeightLayer NewLayer(NodeProto node, string name, ConstantTensor? weight) => new()
    {
        Name = name,
        Kind = LayerKind.Other,
        Node = node,
        // One that is quantized may be another domain's, which has its own rules.
        Input = node.InputAt(0) ?? "",
        Output = node.Output.FirstOrDefault() ?? "",
        Weight = weight?.Name ?? "",
        WeightShape = weight?.Tensor.Dims.ToArray() ?? [],
        ElementType = weight?.Tensor.DataType ?? 0,
        OutputChannels = 0,
        InputChannels = 0,
    };

    private static string Name(NodeProto node, HashSet<string> taken) =>
        Free(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? node.OpType, taken);

    private static string Free(string wanted, HashSet<string> taken)
    {
        var name = wanted;
        for (var number = 2; !taken.Add(name); number++)
        {
            name = $"{wanted}#{number}";
        }

        return name;
    }
}

/// <summary>A node that reads a weight.</summary>
/// <param name="Node">It.</param>
/// <param name="Input">As which input.</param>
/// <param name="Source">What it reads there.</param>
/// <param name="Own">What it is as a layer; null where it is none.</param>
/// <param name="IsMain">Whether it is in the main graph.</param>
internal sealed record WeightReader(NodeProto Node, int Input, WeightSource Source, WeightLayer? Own, bool IsMain)
{
    /// <summary>What it is as a layer of the main graph; null where it is none.</summary>
    public WeightLayer? Layer => IsMain ? Own : null;
}

/// <summary>A weight as the method sees it: one constant, whatever reads it.</summary>
/// <param name="Layer">Its first reader: the name in rules and reports, and what may stand against it.</param>
/// <param name="Axis">Its output channels; null where <paramref name="Layer"/> has an obstacle.</param>
/// <param name="Measured">The readers whose inputs' second moments say what an error of this weight does; none where they cannot be had.</param>
internal sealed record WeightTarget(WeightLayer Layer, ChannelAxis? Axis, IReadOnlyList<WeightLayer> Measured)
{
    /// <summary>The name in rules and reports.</summary>
    public string Name => Layer.Name;

    /// <summary>The layer whose weight is made of this and other factors; null for every other weight.</summary>
    public string? FactorOf { get; init; }

    /// <summary>Whether it is added or multiplied number by number, by any reader (<see cref="WeightTable"/>).</summary>
    public bool IsTable { get; init; }

    /// <summary>From the second moment of the reader's input to that of what the weight is multiplied with; null where that is the same.</summary>
    public Func<ILinearAlgebra, SecondMoment, SecondMoment>? Through { get; init; }

    /// <summary>
    /// Of the last of a weight's factors, what it gives the layer gives: from the layer's input to what it is multiplied with, a matrix for each group. Null
    /// for every other weight.
    /// </summary>
    public Func<ILinearAlgebra, IReadOnlyList<Matrix>>? Maps { get; init; }
}
