namespace ModelOptimizer.Methods.Distillation;

/// <summary>Knowledge distillation: the student's own weights are trained, nothing else. The baseline of every other way to train it.</summary>
internal sealed class DistillMethod : ICompressionMethod
{
    public string Name => "distill";

    public string Summary => "Knowledge distillation: trains the model so far, or a smaller student, to give the original's outputs. Changes no size by itself.";

    public string Paper => "Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network. NIPS 2014 deep learning workshop, arXiv 1503.02531";

    public bool CompressesLayers => false;

    public IReadOnlyList<MethodOption> Options { get; } = DistillationOptions.Declare("1e-4");

    public MethodPlan Plan(MethodContext context, MethodArguments arguments)
    {
        var options = DistillationOptions.From(arguments);
        var student = Student.Of(context, options);
        var training = new StudentTraining(context, options, student);
        return new MethodPlan([.. student.Layers.Where(layer => student.Obstacle(layer) is null).Select(layer => layer.Name)], training.PeakBytes(student.WeightCount), training.Flops);
    }

    public MethodResult Run(MethodContext context, MethodArguments arguments)
    {
        var options = DistillationOptions.From(arguments);
        var student = Student.Of(context, options);
        var training = new StudentTraining(context, options, student);
        training.RequireMemory(training.PeakBytes(student.WeightCount));
        var trained = training.Run(new PlainWeights());
        return new MethodResult(trained.Model, [.. student.Layers.Select(layer => StudentOutcome.Of(student, layer, trained))]) { Series = [LossSeries.Of(Name, trained.Losses)] };
    }
}
