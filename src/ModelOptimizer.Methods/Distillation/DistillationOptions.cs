using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>How a student is trained, checked.</summary>
internal sealed record DistillationOptions
{
    private const double Largest = 1e6;

    /// <summary>Number of steps; null when epochs are given.</summary>
    public int? Steps { get; init; }

    /// <summary>Number of times every sample is seen.</summary>
    public int Epochs { get; init; }

    /// <summary>Samples of a step.</summary>
    public int Batch { get; init; }

    public required LearningRate Rate { get; init; }

    public required IOptimizer Optimizer { get; init; }

    /// <summary>The largest norm of the gradient of all trained numbers together; null does not limit it.</summary>
    public double? Clip { get; init; }

    public LossKind Loss { get; init; }

    /// <summary>T.</summary>
    public double Temperature { get; init; }

    /// <summary>α.</summary>
    public double Alpha { get; init; }

    /// <summary>The layers that are trained; null trains everything.</summary>
    public LayerRules? Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where an option is written.</summary>
    public required Func<string, SourcePosition?> PositionOf { get; init; }

    /// <summary>Everything that the result of a training depends on but the data, as text.</summary>
    public string Text => FormattableString.Invariant($"{Steps};{Epochs};{Batch};{Rate};{Optimizer};{Clip};{Loss};{Temperature};{Alpha};{string.Join(',', Layers?.Rules.Select(rule => rule.Text) ?? [])}");

    /// <summary>The options of every method that trains a student.</summary>
    /// <param name="learningRate">The default.</param>
    public static IReadOnlyList<MethodOption> Declare(string learningRate) =>
    [
        new("student", OptionKind.Model, "An ONNX file with the student to train, its inputs and outputs called as the model's; absent, the model so far."),
        new("layers", OptionKind.Layers, "Which layers are trained, with their biases and the normalisation behind them; everything else stays as it is. Absent, all weights are trained."),
        new("loss", OptionKind.Choice, "What the student learns from: kd, the original's outputs; ce, the labels; mixed, both.", "kd") { Choices = ["kd", "ce", "mixed"] },
        new("temperature", OptionKind.Number, "T: outputs are divided by it before the softmax of kd. There is no factor T².", "1") { Minimum = 1e-3, Maximum = Largest },
        new("alpha", OptionKind.Number, "α of mixed: the loss is α·kd + (1 − α)·ce.", "0.5") { Minimum = 0, Maximum = 1 },
        new("epochs", OptionKind.Integer, "How often every calibration sample is seen.", "10") { Minimum = 1, Maximum = 1_000_000, ExclusiveGroup = "length" },
        new("steps", OptionKind.Integer, "The number of steps, instead of epochs.") { Minimum = 1, Maximum = 100_000_000, ExclusiveGroup = "length" },
        new("batch", OptionKind.Integer, "Samples of a step.", "32") { Minimum = 1, Maximum = 1_000_000 },
        new("optimizer", OptionKind.Choice, "adamw or sgd.", "adamw") { Choices = ["adamw", "sgd"] },
        new("learning-rate", OptionKind.Number, "The highest learning rate.", learningRate) { Minimum = 0, Maximum = Largest },
        new("schedule", OptionKind.Choice, "How the learning rate falls.", "linear") { Choices = ["constant", "linear", "cosine", "step"] },
        new("warm-up", OptionKind.Number, "The share of the steps in which the learning rate rises to its highest.", "0") { Minimum = 0, Maximum = 1 },
        new("momentum", OptionKind.Number, "The momentum of sgd.", "0.9") { Minimum = 0, Maximum = 0.9999 },
        new("weight-decay", OptionKind.Number, "Decoupled weight decay.", "0") { Minimum = 0, Maximum = Largest },
        new("clip", OptionKind.Number, "The largest norm of the gradient; 0 does not limit it.", "1") { Minimum = 0, Maximum = 1e12 },
    ];

    /// <exception cref="DiagnosticException">An option has no meaning beside the others.</exception>
    public static DistillationOptions From(MethodArguments arguments)
    {
        void Refuse(string option, bool useless, string reason)
        {
            if (useless && arguments.IsWritten(option))
            {
                throw new DiagnosticException(MethodCodes.OptionWithoutUse, $"'{option}' {reason} Remove it.", arguments.PositionOf(option));
            }
        }

        var loss = Word(arguments, "loss", LossKind.Kd);
        var sgd = arguments.Is("optimizer", "sgd");
        Refuse("momentum", !sgd, "belongs to 'optimizer: sgd', and the step uses adamw.");
        Refuse("alpha", loss != LossKind.Mixed, "weighs the two parts of 'loss: mixed', and the step has another loss.");
        Refuse("temperature", loss == LossKind.Ce, "is about the original's outputs, and 'loss: ce' does not use them.");
        var decay = arguments.Get("weight-decay", 0.0);
        return new DistillationOptions
        {
            Steps = arguments.Values.ContainsKey("steps") ? arguments.Get<int>("steps") : null,
            Epochs = arguments.Get("epochs", 10),
            Batch = arguments.Get("batch", 32),
            Rate = new LearningRate(arguments.Get("learning-rate", 1e-4), Word(arguments, "schedule", ScheduleShape.Linear), arguments.Get("warm-up", 0.0)),
            Optimizer = sgd ? new Sgd(arguments.Get("momentum", 0.9), WeightDecay: decay) : new AdamW(WeightDecay: decay),
            Clip = arguments.Get("clip", 1.0) is > 0 and var clip ? clip : null,
            Loss = loss,
            Temperature = arguments.Get("temperature", 1.0),
            Alpha = loss == LossKind.Mixed ? arguments.Get("alpha", 0.5) : loss == LossKind.Kd ? 1 : 0,
            Layers = arguments.TryGet<LayerRules>("layers", out var layers) ? layers : null,
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
        };
    }

    /// <summary>Steps of a training on so many samples in such batches.</summary>
    public long StepsFor(int samples, int batch) => Steps ?? TrainingPlan.StepsOf(Epochs, samples, batch);

    private static T Word<T>(MethodArguments arguments, string option, T absent)
        where T : struct, Enum => arguments.TryGet<string>(option, out var word) ? Enum.Parse<T>(word, ignoreCase: true) : absent;
}
