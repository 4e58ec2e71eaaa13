namespace ModelOptimizer.Methods.Distillation;

/// <summary>Knowledge distillation: the student's own weights are trained, nothing else. The baseline of every other way to train it.</summary>
internal sealed class DistillMethod : IMethod
{
    private static readonly Option<double> LearningRate = DistillationKeys.LearningRate("1e-4");

    public string Name => "distill";

    public string Summary =>
        "Knowledge distillation: trains the model so far, or a smaller student, to give the original's outputs. Changes no size by itself.";

    public string Paper => "Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network. NIPS 2014 deep learning workshop, arXiv 1503.02531";

    public bool CompressesLayers => false;

    public IReadOnlyList<Option> Options { get; } = [.. DistillationKeys.With(LearningRate)];

    public IStep Prepare(StepContext context, MethodArguments arguments) => new DistillStep(context, DistillationOptions.From(arguments, LearningRate));

    private sealed class DistillStep : IStep
    {
        private readonly Student _student;
        private readonly StudentTraining _training;

        public DistillStep(StepContext context, DistillationOptions options)
        {
            _student = Student.Of(context, options);
            _training = new StudentTraining(context, options, _student);
        }

        public MethodPlan Plan =>
            new(
                [.. _student.Layers.Where(layer => _student.Obstacle(layer) is null).Select(layer => layer.Name)],
                _training.PeakBytes(_student.WeightCount),
                _training.Flops
            );

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            _training.RequireMemory(_training.PeakBytes(_student.WeightCount));
            var trained = _training.Run(new PlainWeights(), chosen);
            return new StepResult(trained.Model, [.. _student.Layers.Select(layer => StudentOutcome.Of(_student, layer, trained))])
            {
                Series = [.. trained.Series("distill")],
                Certificates = [.. trained.Certificates],
                StepsByTime = trained.StepsByTime,
            };
        }
    }
}
