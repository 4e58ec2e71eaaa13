using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>How a student is trained, checked.</summary>
internal sealed record DistillationOptions
{
    /// <summary>Number of steps; null when epochs are given.</summary>
    public int? Steps { get; init; }

    /// <summary>Number of times every sample is seen.</summary>
    public int Epochs { get; init; }

    /// <summary>How long the training may take; null for as long as its steps take.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Samples of a step.</summary>
    public int Batch { get; init; }

    public required LearningRate Rate { get; init; }

    public required IOptimizer Optimizer { get; init; }

    /// <summary>The largest norm of the gradient of all trained numbers together; null does not limit it.</summary>
    public double? Clip { get; init; }

    public LossKind Loss { get; init; }

    /// <summary>How samples are changed when they are drawn.</summary>
    public Augmentation Augment { get; init; } = Augmentation.None;

    /// <summary>T.</summary>
    public double Temperature { get; init; }

    /// <summary>α.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether the start is the result where nothing behind it is better.</summary>
    public bool UndoesWorse { get; init; } = true;

    /// <summary>The layers that are trained; null trains everything.</summary>
    public LayerRules? Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where an option is written.</summary>
    public required Func<string, SourcePosition?> PositionOf { get; init; }

    /// <summary>Everything that the result of a training depends on but the data, as text.</summary>
    public string Text => FormattableString.Invariant($"{Steps};{Epochs};{Batch};{Rate};{Optimizer};{Clip};{Loss};{Augment.Text};{Temperature};{Alpha};")
        + $"{UndoesWorse};"
        + string.Join(',', Layers?.Rules.Select(rule => rule.Text) ?? []);

    /// <param name="arguments">The step's.</param>
    /// <param name="learningRate">The method's own option, whose default is its own.</param>
    public static DistillationOptions From(MethodArguments arguments, Option<double> learningRate)
    {
        var loss = arguments.Get(DistillationKeys.Loss);
        var decay = arguments.Get(DistillationKeys.WeightDecay);
        return new DistillationOptions
        {
            Steps = arguments.Get(DistillationKeys.Steps),
            Epochs = arguments.Get(DistillationKeys.Epochs),
            Time = arguments.Get(DistillationKeys.Minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            Batch = arguments.Get(DistillationKeys.Batch),
            Rate = new LearningRate(arguments.Get(learningRate), arguments.Get(DistillationKeys.Schedule), arguments.Get(DistillationKeys.WarmUp)),
            Optimizer = arguments.Get(DistillationKeys.IsSgd)
                ? new Sgd(arguments.Get(DistillationKeys.Momentum), WeightDecay: decay)
                : new AdamW(WeightDecay: decay),
            Clip = arguments.Get(DistillationKeys.Clip) is > 0 and var clip ? clip : null,
            Loss = loss,
            Augment = arguments.Get(DistillationKeys.Augment),
            Temperature = arguments.Get(DistillationKeys.Temperature),
            Alpha = loss == LossKind.Mixed ? arguments.Get(DistillationKeys.Alpha) : loss == LossKind.Ce ? 0 : 1,
            UndoesWorse = arguments.Get(DistillationKeys.UndoesWorse),
            Layers = arguments.Get(DistillationKeys.Layers),
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
        };
    }

    /// <summary>Steps of a training on so many samples in such batches.</summary>
    public long StepsFor(int samples, int batch) => Steps ?? TrainingPlan.StepsOf(Epochs, samples, batch);
}

/// <summary>The keys of every step that trains a student.</summary>
internal static class DistillationKeys
{
    private const double Largest = 1e6;

    public static readonly Option<ModelFile?> Student = new(
        "student",
        Forms.Model,
        "An ONNX file with the student to train, its inputs and outputs called as the model's; absent, the model so far.");

    public static readonly Option<LayerRules?> Layers = new(
        "layers",
        LayerForms.Rules,
        "Which layers are trained, with their biases and the normalisation behind them; everything else stays as it is. Absent, all weights are trained.");

    public static readonly Option<LossKind> Loss = new(
        "loss",
        Forms.OneOf<LossKind>(),
        "What the student learns from. The original's outputs: auto, each as what it is; kd, as scores of classes; mse, as numbers; cosine, as directions. The "
            + "labels: ce. Both: mixed.",
        "auto");

    public static readonly Option<bool> UndoesWorse = new(
        "undo",
        Forms.OneOf(("worse", true), ("never", false)),
        "worse undoes a training that made the loss on held-back samples no lower; of a classifier whose weights were rounded before, that loss may be half as "
            + "high again, since they were rounded for these samples. never takes the best weights behind the start in any case.",
        "worse");

    public static readonly Option<double> Temperature = new(
        "temperature",
        Forms.Number(1e-3, Largest),
        "T: scores of classes are divided by it before the softmax. There is no factor T².",
        "1")
    {
        OnlyIf = [Loss.When(
            loss => loss is LossKind.Auto or LossKind.Kd or LossKind.Mixed,
            "is about the original's scores of classes, which this 'loss' does not use. Remove it.")],
    };

    public static readonly Option<double> Alpha = new("alpha", Forms.Number(0, 1), "α of mixed: the loss is α·kd + (1 − α)·ce.", "0.5")
    {
        OnlyIf = [Loss.When(loss => loss == LossKind.Mixed, "weighs the two parts of 'loss: mixed', and the step has another loss. Remove it.")],
    };

    public static readonly Option<Augmentation> Augment = new(
        "augment",
        Augmentation.Form,
        "How samples are changed each time they are drawn, so that few of them are not learned by heart: auto, float32 inputs are mixed in pairs, and square "
            + "images of one or three channels moved, coloured ones mirrored too; none; or what is written.",
        "auto");

    public static readonly Option<int> Epochs = new(
        "epochs",
        Forms.Whole(1, 1_000_000),
        "How often the calibration samples are seen; an eighth of them is held back, and its share goes to the others.",
        "10")
    {
        ExclusiveGroup = "length",
    };

    public static readonly Option<int?> Steps = new(
        "steps",
        Forms.Whole(1, 100_000_000).OrNone(),
        "The number of steps, instead of epochs.")
    {
        ExclusiveGroup = "length",
    };

    public static readonly Option<double?> Minutes = new(
        "minutes",
        Forms.PlainNumber(0.001, 10_000).OrNone(),
        "How long the training may take: only as many steps are made as are likely to fit, by the time of the first ones. A lock file keeps their number.");

    public static readonly Option<int> Batch = new("batch", Forms.Whole(1, 1_000_000), "Samples of a step.", "32");

    public static readonly Option<bool> IsSgd = new("optimizer", Forms.OneOf(("adamw", false), ("sgd", true)), "adamw or sgd.", "adamw");

    public static readonly Option<ScheduleShape> Schedule = new(
        "schedule",
        Forms.OneOf(("constant", ScheduleShape.Constant), ("linear", ScheduleShape.Linear), ("cosine", ScheduleShape.Cosine), ("step", ScheduleShape.Step)),
        "How the learning rate falls.",
        "linear");

    public static readonly Option<double> WarmUp = new(
        "warm-up",
        Forms.Number(0, 1),
        "The share of the steps in which the learning rate rises to its highest.",
        "5%");

    public static readonly Option<double> Momentum = new("momentum", Forms.Number(0, 0.9999), "The momentum of sgd.", "0.9")
    {
        OnlyIf = [IsSgd.When(sgd => sgd, "belongs to 'optimizer: sgd', and the step uses adamw. Remove it.")],
    };

    public static readonly Option<double> WeightDecay = new("weight-decay", Forms.Number(0, Largest), "Decoupled weight decay.", "0");

    public static readonly Option<double> Clip = new("clip", Forms.Number(0, 1e12), "The largest norm of the gradient; 0 does not limit it.", "1");

    /// <summary>A method's learning rate.</summary>
    public static Option<double> LearningRate(string absent) => new("learning-rate", Forms.Number(0, Largest), "The highest learning rate.", absent);

    /// <summary>All of them.</summary>
    public static IEnumerable<Option> With(Option<double> learningRate) =>
        [
            Student, Layers, Loss, Temperature, Alpha, Augment, Epochs, Steps, Minutes, Batch, IsSgd, learningRate, Schedule, WarmUp, Momentum, WeightDecay,
            Clip, UndoesWorse,
        ];
}

/// <summary>What the student's outputs are held against.</summary>
internal enum LossKind
{
    /// <summary>The teacher's outputs, each as what it is: no labels are needed.</summary>
    Auto,

    /// <summary>The teacher's outputs as scores of classes.</summary>
    Kd,

    /// <summary>The teacher's outputs as numbers.</summary>
    Mse,

    /// <summary>The teacher's outputs as directions.</summary>
    Cosine,

    /// <summary>The labels.</summary>
    Ce,

    /// <summary>Both.</summary>
    Mixed,
}
