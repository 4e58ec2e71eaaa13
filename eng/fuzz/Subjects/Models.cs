using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>
/// ONNX files: read, checked, listed and written. They do not get to ONNX Runtime, which may end the process, unless that is asked for.
/// </summary>
internal sealed class Models : Subject
{
    private readonly bool _native;

    /// <param name="native">Whether they do.</param>
    public Models(bool native)
    {
        _native = native;
        Files["model.onnx"] = SampleModels.WithExternalData;
        Files["weights.bin"] = SampleModels.Weights;
    }

    public override string Name => _native ? "native" : "model";

    public override bool MayEndTheProcess => _native;

    public override int Share => 12;

    public override IReadOnlyList<Specimen> Specimens { get; } =
        [.. SampleModels.All.Select(model => new Specimen("model.onnx", model, Form.Model)), new("weights.bin", SampleModels.Weights, Form.Bytes)];

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var path = Path.Combine(project, "model.onnx");
        if (_native)
        {
            _ = ModelInspector.Inspect(path, cancellation);
            _ = ModelInspector.Blocks(path, cancellation);
            return [];
        }

        List(OnnxValidator.Require(OnnxModel.LoadWithoutWeights(path)));
        var model = OnnxValidator.Require(OnnxModel.Load(path));
        List(model);
        var weights = model.Graph.Initializer.ToLookup(tensor => tensor.Name);
        foreach (var layer in LayerFinder.Find(model).Where(layer => layer.Obstacle is null))
        {
            _ = weights[layer.Weight].Select(WeightValues.ReadDoubles).ToList();
        }

        List(Ballast.Strip(FormChains.Fold(GivenConstants.Declare(model).Model)));
        _ = OnnxModel.Parse(model.ToBytes());
        return [];
    }

    public override bool MayWrite(string file) => file is "model.onnx" or "weights.bin";

    private static void List(OnnxModel model)
    {
        var shapes = Shapes(model.Graph);
        _ = ModelStatistics.Parameters(model) + ModelStatistics.Bytes(model);
        _ = ModelStatistics.Macs(model, shapes);
        _ = LayerFinder.Find(model).Select(layer => ModelStatistics.Macs(layer, shapes)).ToList();
        _ = StorableWeights.Find(model);
        _ = BlockFinder.Find(model, shapes);
    }

    // What ONNX Runtime would find out, as far as the file says it.
    private static Dictionary<string, long[]> Shapes(GraphProto graph)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output).Where(value => value.Type?.TensorType?.Shape is not null))
        {
            shapes[value.Name] = [.. value.Type.TensorType.Shape.Dim.Select(dim => Math.Max(1, dim.DimValue & int.MaxValue))];
        }

        foreach (var tensor in graph.Initializer.Where(tensor => tensor.Dims.All(extent => extent >= 0)))
        {
            shapes[tensor.Name] = [.. tensor.Dims];
        }

        return shapes;
    }
}
