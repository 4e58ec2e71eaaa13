using ModelOptimizer.Methods.Distillation;

namespace ModelOptimizer.Methods.Opdf;

/// <summary>Over-parameterised distillation: each weight is trained as a product of larger tensors, which is multiplied out afterwards.</summary>
internal sealed class OpdfMethod : IMethod
{
    public string Name => "opdf";

    public string Summary => "Over-parameterised distillation: trains the model so far, or a smaller student, with each weight as a product of larger tensors. Changes no size by itself.";

    public string Paper => "Zhan, Lu, Sun, Gao: Over-parameterized Student Model via Tensor Decomposition Boosted Knowledge Distillation. NeurIPS 2024, arXiv 2411.06448";

    public bool CompressesLayers => false;

    public IReadOnlyList<MethodOption> Options => OpdfOptions.Declarations;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new OpdfStep(context, OpdfOptions.From(arguments));

    private sealed class OpdfStep(StepContext context, OpdfOptions options) : IStep
    {
        private readonly OpdfWork _work = new(context, options);

        public MethodPlan Plan => _work.Plan;

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            _work.Training.RequireMemory(_work.PeakBytes);
            var parameters = new MpoParameters(context, options, _work.Student.Model, _work.Layers);
            var trained = _work.Training.Run(parameters);
            return new StepResult(trained.Model, [.. _work.Student.Layers.Select(layer => _work.Outcome(layer, trained))])
            {
                Series = [LossSeries.Of("opdf", trained.Losses), .. parameters.AuxiliarySeries(trained.Losses.Count)],
            };
        }
    }
}
