using System.Globalization;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>How samples are changed each time they are drawn, as the manifest says it.</summary>
internal sealed record Augmentation
{
    private static readonly Option<bool> FlipKey =
        new("flip", Forms.OneOf(("horizontal", true), ("none", false)), "horizontal mirrors half of the images.", "none") { Example = "horizontal" };

    private static readonly Option<int> CropKey =
        new("crop", Forms.Whole(0, 10_000), "Moves images by up to so many pixels each way, zeros behind them; 0 does not.", "0") { Example = "4" };

    private static readonly Option<bool> MixupKey = new(
        "mixup",
        Forms.Flag,
        "Mixes each sample with another of its batch in random proportions, labels too.",
        "false")
    {
        Example = "true",
    };

    private static readonly Option<double> NoiseKey = new(
        "noise",
        Forms.Number(0, 1e6),
        "Adds normally distributed noise, as a share of the input's own standard deviation; 0 does not.",
        "0")
    {
        Example = "5%",
    };

    /// <summary>Samples are seen as they are.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>What the inputs allow.</summary>
    public static Augmentation Auto { get; } = new() { IsAuto = true };

    /// <summary>The keys of the mapping.</summary>
    public static KeySet Keys { get; } = new(FlipKey, CropKey, MixupKey, NoiseKey) { NeedsOneOf = ["flip", "crop", "mixup", "noise"] };

    /// <summary><c>auto</c>, <c>none</c>, or <c>{ flip: horizontal, crop: 4, mixup: true }</c>.</summary>
    public static Form<Augmentation> Form { get; } = new(
        "auto | none, or { flip: horizontal, crop: 4, mixup: true, noise: 5% }",
        () => Json.AnyOf(Json.Words(["auto", "none"]), SectionSchema.Of(Keys)),
        (node, what, paths) => node switch
        {
            ScalarNode { Text: "auto" } => Auto,
            ScalarNode { Text: "none" } => None,
            MapNode => Read(new Section(node, $"'{what}'", Keys, paths)),
            _ => throw NodeValues.WrongType(node, what, "auto, none, or a mapping such as { flip: horizontal, crop: 4, mixup: true }"),
        })
    {
        Write = (augmentation, _) => augmentation.Text,
    };

    /// <summary>Whether the inputs decide.</summary>
    public bool IsAuto { get; private init; }

    /// <summary>Whether half of the images are mirrored.</summary>
    public bool Flip { get; init; }

    /// <summary>By how many pixels images are moved at most.</summary>
    public int Crop { get; init; }

    /// <summary>Whether samples are mixed.</summary>
    public bool Mixup { get; init; }

    /// <summary>The deviation of noise, in deviations of the input.</summary>
    public double Noise { get; init; }

    /// <summary>All of it in one line.</summary>
    public string Text => IsAuto ? "auto" : string.Create(CultureInfo.InvariantCulture, $"flip {Flip}, crop {Crop}, mixup {Mixup}, noise {Noise}");

    private static Augmentation Read(Section section) => new()
    {
        Flip = section.Read(FlipKey),
        Crop = section.Read(CropKey),
        Mixup = section.Read(MixupKey),
        Noise = section.Read(NoiseKey),
    };
}
