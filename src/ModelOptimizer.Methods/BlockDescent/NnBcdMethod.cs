namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Block coordinate descent: tensor trains and pruning by steps that are all closed forms, over a network or over a layer.</summary>
internal sealed class NnBcdMethod : IMethod
{
    public string Name => "nn-bcd";

    public string Summary => "Block coordinate descent: tensor trains and pruning, trained by closed-form steps that never raise the objective.";

    public string Paper =>
        "Li, Chung, Du, Wang, Zhou, Shen: On Model Compression for Neural Networks: Framework, Algorithm, and Convergence Guarantee. arXiv 2303.06815";

    public IReadOnlyList<Option> Options => NnBcdKeys.All;

    public string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) => NnBcdWork.Obstacle(layer, shapes);

    public IStep Prepare(StepContext context, MethodArguments arguments) => new NnBcdStep(context, NnBcdOptions.From(arguments));

    private sealed class NnBcdStep(StepContext context, NnBcdOptions options) : IStep
    {
        private readonly NnBcdWork _own = new(context, options, chosen: null);

        public MethodPlan Plan => _own.Plan;

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            var work = chosen is null ? _own : new NnBcdWork(context, options, chosen);
            if (work.Layers.All(layer => layer.Set is null))
            {
                throw NnBcdBuilder.NothingToCompress(options, work.Layers.Select(layer => (layer.Layer.Name, layer.Reason)));
            }

            work.RequireFinite();
            work.RequireMemory();
            var training = work.Chain is { } chain
                ? NetworkTraining.Run(context, options, chain, work.Trained)
                : LayerTraining.Run(context, options, work.Layers);
            return new NnBcdBuilder(context, options, work.Layers).Build(training);
        }
    }
}
