using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Methods.Tests.Examples;

/// <summary>Pruning by magnitude.</summary>
internal sealed class ThresholdMethod : IMethod
{
    private static readonly Option<double> Below = new(
        "below",
        Forms.Number(0, 1),
        "Weights smaller than this share of the layer's largest become zero.",
        "1%"
    );

    public string Name => "threshold";

    public string Summary => "Sets the smallest weights of each layer to zero.";

    public string Paper => "Han, Pool, Tran, Dally: Learning both Weights and Connections for Efficient Neural Networks. NIPS 2015, arXiv 1506.02626";

    public IReadOnlyList<Option> Options { get; } = [Below];

    public IStep Prepare(StepContext context, MethodArguments arguments) => new ThresholdStep(context.Model, arguments.Get(Below));

    private sealed class ThresholdStep(OnnxModel before, double below) : IStep
    {
        private readonly IReadOnlyList<WeightLayer> _layers = LayerFinder.Find(before);

        public MethodPlan Plan => new([.. _layers.Where(layer => layer.Obstacle is null).Select(layer => layer.Name)], PeakBytes: 0, Flops: 0);

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            var model = before.Clone();
            return new StepResult(
                model,
                [
                    .. _layers.Select(layer =>
                        layer.Obstacle is null && chosen?.GetValueOrDefault(layer.Name) is not Choice.Keep ? Prune(layer, model) : Leave(layer)
                    ),
                ]
            );
        }

        private LayerOutcome Prune(WeightLayer layer, OnnxModel model)
        {
            var weight = model.Graph.Initializer.First(tensor => tensor.Name == layer.Weight);
            var values = WeightValues.ReadDoubles(weight);
            var limit = below * values.Max(Math.Abs);
            var kept = Array.ConvertAll(values, value => Math.Abs(value) < limit ? 0 : value);
            WeightValues.Write(weight, kept);
            return Leave(layer) with
            {
                Reason = null,
                RelativeError = Math.Sqrt(values.Zip(kept, (before, after) => (before - after) * (before - after)).Sum() / values.Sum(value => value * value)),
                Note = $"{kept.Count(value => value == 0)} of {kept.Length} weights are zero",
            };
        }

        private static LayerOutcome Leave(WeightLayer layer) =>
            new()
            {
                Layer = layer.Name,
                ParametersBefore = layer.WeightCount,
                ParametersAfter = layer.WeightCount,
                Reason = layer.Obstacle,
            };
    }
}
