using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>Looks at a model: its layers and blocks, what they cost and what can be done with them.</summary>
internal static class ModelInspector
{
    /// <summary>Reads the model at <paramref name="path"/> and runs it once on zeros to learn its shapes.</summary>
    /// <exception cref="DiagnosticException">The file is not a model that can be read (MOC2xxx).</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ModelInspection Inspect(string path, CancellationToken cancellation)
    {
        var model = Load(path);
        var (shapes, samples, problem) = Shapes(model, cancellation);
        var macs = ModelStatistics.Macs(model, shapes);
        var layers = LayerFinder.FindAll(model);
        var storable = StorableWeights.Find(model);
        var storableNames = storable.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var names = layers.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        return new ModelInspection(
            1,
            path,
            ModelStatistics.Bytes(model),
            ModelStatistics.Parameters(model),
            macs,
            macs is null ? problem ?? "a node inside a sub-graph or function runs an unknown number of times" : null,
            [
                .. layers
                    .Concat(storable.Where(layer => !names.Contains(layer.Name)))
                    .Select(layer => Line(layer, storableNames.Contains(layer.Name), shapes)),
            ]
        )
        {
            Samples = samples,
        };
    }

    /// <summary>Reads the model at <paramref name="path"/>, runs it once on zeros to learn its shapes, and looks for blocks.</summary>
    /// <exception cref="DiagnosticException">The file is not a model that can be read (MOC2xxx).</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ModelBlocks Blocks(string path, CancellationToken cancellation)
    {
        var model = Load(path);
        var (shapes, samples, problem) = Shapes(model, cancellation);
        return new ModelBlocks(
            1,
            path,
            ModelStatistics.Parameters(model),
            ModelStatistics.Macs(model, shapes),
            problem,
            [.. BlockFinder.Find(model, shapes).Select(block => Line(block, shapes))]
        )
        {
            Samples = samples,
        };
    }

    /// <summary>The model at <paramref name="path"/> as a step would get it, large weights left where they are.</summary>
    /// <exception cref="DiagnosticException">The file is not a model that can be read (MOC2xxx).</exception>
    public static OnnxModel Load(string path) => ReachedWeights.Of(GivenConstants.Declare(OnnxValidator.Require(OnnxModel.LoadWithoutWeights(path))).Model);

    private static BlockInspection Line(Block block, IReadOnlyDictionary<string, long[]> shapes) => new(
        block.Name,
        block.Kind.ToString().ToLowerInvariant(),
        block.From,
        block.To,
        shapes[block.From],
        shapes[block.To],
        block.Nodes.Count,
        block.Weights,
        block.Macs);

    private static LayerInspection Line(WeightLayer layer, bool isStorable, IReadOnlyDictionary<string, long[]> shapes)
    {
        var methods = MethodCatalogue.All
            .Where(method => method.CompressesLayers && (method.Name == StorableWeights.Method ? isStorable : layer.Kind != LayerKind.Other))
            .Select(method => (method.Name, Reason: method.Name == StorableWeights.Method ? null : method.Obstacle(layer, shapes)))
            .ToList();
        var takers = methods.Where(method => method.Reason is null).Select(method => method.Name).ToList();
        return new LayerInspection(
            layer.Name,
            layer.Node.OpType,
            Shape(layer, shapes),
            ElementTypes.Name(layer.ElementType),
            Shape(layer, shapes).Product(),
            layer.Kind == LayerKind.Other ? null : ModelStatistics.Macs(layer, shapes),
            WindowText.Of(layer.Window),
            takers,
            [.. methods.Where(method => takers.Count > 0 && method.Reason is not null).Select(method => new LeftAlone(method.Name, method.Reason!))],
            isStorable ? null : layer.Obstacle);
    }

    // A weight that is made when the model is loaded has its shape in a run only.
    private static long[] Shape(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        layer.WeightShape.Length == 0 ? shapes.GetValueOrDefault(layer.Weight, []) : layer.WeightShape;

    // Layers can be listed without shapes; only the MACs need a run.
    private static (IReadOnlyDictionary<string, long[]> Shapes, IReadOnlyDictionary<string, long[]> Samples, string? Problem) Shapes(
        OnnxModel model, CancellationToken cancellation)
    {
        try
        {
            using var engine = new Engine(DeviceSelector.Select("cpu"));
            using var stop = cancellation.Register(engine.Sessions.Stop);
            var free = new FreeShapes(model);
            var ranges = InputRanges.Of(model);
            SampleForm Within(SampleForm? form) => (form ?? SampleForm.Unknown) with { Ranges = ranges };
            var form = Within(free.AreThere ? free.Find(tried => FreeShapes.IsPossible(engine, model.With(Within(tried)))) : null);
            var shapes = ShapeProbe.Run(engine, model.With(form));
            return (
                shapes,
                form.Shapes,
                shapes.Count == 0 ? "a run on zeros, which would show the shapes inside the model, does not succeed" : null);
        }
        catch (DiagnosticException exception)
        {
            return (new Dictionary<string, long[]>(), SampleForm.Unknown.Shapes, exception.Diagnostic.Message);
        }
    }
}

/// <summary>A convolution's window in a few characters.</summary>
internal static class WindowText
{
    /// <summary><c>3×3 stride 2 group 4</c>: what is 1 is not said.</summary>
    public static string Of(ConvGeometry? window) =>
        window is null
            ? ""
            : string.Join(
                ' ',
                new[]
                {
                    string.Join('×', window.Kernel),
                    Part("stride", window.Spread ?? window.Strides),
                    Part("dilation", window.Dilations),
                    Part("group", [window.Group]),
                }.Where(part => part.Length > 0)
            );

    private static string Part(string name, int[] values) => Array.TrueForAll(values, value => value == 1)
        ? ""
        : $"{name} {(values.Distinct().Count() == 1 ? $"{values[0]}" : string.Join('×', values))}";
}
