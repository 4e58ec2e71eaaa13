using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Methods.Tests.Examples;

/// <summary>Pruning by magnitude (Han, Pool, Tran, Dally, arXiv 1506.02626).</summary>
internal sealed class ThresholdMethod : IMethod
{
    private static readonly Option<double> Below = new("below", Forms.Number(0, 1), "Weights below this share of the largest become zero.", "1%");
    public string Name => "threshold";
    public string Summary => "Sets the smallest weights of each layer to zero.";
    public string Paper => "Learning both Weights and Connections for Efficient Neural Networks. NIPS 2015";
    public IReadOnlyList<Option> Options { get; } = [Below];
    public IStep Prepare(StepContext context, MethodArguments arguments) => new Step(context.Model, LayerFinder.Find(context.Model), arguments.Get(Below));

    private sealed class Step(OnnxModel before, IReadOnlyList<WeightLayer> layers, double below) : IStep
    {
        public MethodPlan Plan => new([.. layers.Where(layer => layer.Obstacle is null).Select(layer => layer.Name)], PeakBytes: 0, Flops: 0);
        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            var model = before.Clone();
            return new StepResult(model, [.. layers.Select(layer => Prune(layer, model, chosen?.GetValueOrDefault(layer.Name) as Choice.Keep))]);
        }

        private LayerOutcome Prune(WeightLayer layer, OnnxModel model, Choice.Keep? keep)
        {
            var reason = layer.Obstacle ?? keep?.Reason;
            var outcome = new LayerOutcome { Layer = layer.Name, ParametersBefore = layer.WeightCount, ParametersAfter = layer.WeightCount, SkipReason = reason };
            if (reason is null)
            {
                var weight = model.Graph.Initializer.First(tensor => tensor.Name == layer.Weight);
                var values = WeightValues.ReadDoubles(weight);
                WeightValues.Write(weight, Array.ConvertAll(values, value => Math.Abs(value) < below * values.Max(Math.Abs) ? 0 : value));
            }

            return outcome;
        }
    }
}
