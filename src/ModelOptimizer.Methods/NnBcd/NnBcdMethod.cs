using ModelOptimizer.Methods.NnBcd.Layers;
using ModelOptimizer.Methods.NnBcd.Networks;

namespace ModelOptimizer.Methods.NnBcd;

/// <summary>Block coordinate descent: tensor trains and pruning by steps that are all closed forms, over a network or over a layer.</summary>
internal sealed class NnBcdMethod : ICompressionMethod
{
    public string Name => "nn-bcd";

    public string Summary => "Block coordinate descent: tensor trains and pruning, trained by closed-form steps that never raise the objective.";

    public string Paper => "Li, Chung, Du, Wang, Zhou, Shen: On Model Compression for Neural Networks: Framework, Algorithm, and Convergence Guarantee. arXiv 2303.06815";

    public IReadOnlyList<MethodOption> Options => NnBcdOptions.Declarations;

    public MethodPlan Plan(MethodContext context, MethodArguments arguments) => new NnBcdWork(context, NnBcdOptions.From(arguments)).Plan;

    public MethodResult Run(MethodContext context, MethodArguments arguments)
    {
        var options = NnBcdOptions.From(arguments);
        var work = new NnBcdWork(context, options);
        if (work.Layers.All(layer => layer.Set is null))
        {
            throw NnBcdBuilder.NothingToCompress(options, work.Layers.Select(layer => (layer.Layer.Name, layer.Reason)));
        }

        work.RequireMemory();
        var training = work.Chain is { } chain ? NetworkTraining.Run(context, options, chain, work.Layers) : LayerTraining.Run(context, options, work.Layers);
        return new NnBcdBuilder(context, options, work.Layers).Build(training);
    }
}
