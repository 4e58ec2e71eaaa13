using ModelOptimizer.Methods.Distillation;

namespace ModelOptimizer.Methods.Opdf;

/// <summary>Over-parameterised distillation: each weight is trained as a product of larger tensors, which is multiplied out afterwards.</summary>
internal sealed class OpdfMethod : ICompressionMethod
{
    public string Name => "opdf";

    public string Summary => "Over-parameterised distillation: trains the model so far, or a smaller student, with each weight as a product of larger tensors. Changes no size by itself.";

    public string Paper => "Zhan, Lu, Sun, Gao: Over-parameterized Student Model via Tensor Decomposition Boosted Knowledge Distillation. NeurIPS 2024, arXiv 2411.06448";

    public bool CompressesLayers => false;

    public IReadOnlyList<MethodOption> Options => OpdfOptions.Declarations;

    public MethodPlan Plan(MethodContext context, MethodArguments arguments) => new OpdfWork(context, OpdfOptions.From(arguments)).Plan;

    public MethodResult Run(MethodContext context, MethodArguments arguments)
    {
        var options = OpdfOptions.From(arguments);
        var work = new OpdfWork(context, options);
        work.Training.RequireMemory(work.PeakBytes);
        var parameters = new MpoParameters(context, options, work.Student.Model, work.Layers);
        var trained = work.Training.Run(parameters);
        return new MethodResult(trained.Model, [.. work.Student.Layers.Select(layer => work.Outcome(layer, trained))]) { Series = [LossSeries.Of(Name, trained.Losses), .. parameters.AuxiliarySeries(trained.Losses.Count)] };
    }
}
