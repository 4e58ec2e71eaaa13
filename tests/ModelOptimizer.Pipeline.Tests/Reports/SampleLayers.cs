using ModelOptimizer.Methods;

namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>Layers of the sample reports.</summary>
internal static class SampleLayers
{
    private static readonly IReadOnlyList<LayerOutcome> Layers = [.. Enumerable.Range(0, 25).Select(Layer)];

    public static StepReport Tucker { get; } = new("tucker", Layers, [.. Layers.Select(Sensitivity)], []);

    public static StepReport Distilled { get; } =
        new(
            "convex-distillation",
            [
                new LayerOutcome
                {
                    Layer = "/layer3/layer3.2",
                    ParametersBefore = 36_864,
                    ParametersAfter = 9_216,
                    MacsBefore = 2_359_296,
                    MacsAfter = 589_824,
                    RelativeError = 0.0312,
                    Note = "gated ReLU student, 64 gates",
                },
            ],
            [
                new Series(
                    "objective",
                    "training",
                    "iteration",
                    "objective",
                    [.. Enumerable.Range(0, 40).Select(i => Point(i, 0.011 + (8 * Math.Pow(0.72, i))))]
                ),
                new Series(
                    "objective",
                    "held out",
                    "iteration",
                    "objective",
                    [.. Enumerable.Range(0, 40).Select(i => Point(i, 0.019 + (8.4 * Math.Pow(0.74, i))))]
                ),
                new Series("objective", "duality gap", "iteration", "objective", [.. Enumerable.Range(0, 40).Select(i => Point(i, 6 * Math.Pow(0.69, i)))]),
            ],
            [
                new Certificate(
                    "/layer3/layer3.2",
                    "duality gap",
                    2.31e-6,
                    "The objective is within this distance of the best that any student of this width can reach."
                ),
                new Certificate("/layer3/layer3.2", "active gates", 61, "So many of the 64 gates have a weight that is not zero."),
            ]
        );

    public static StepReport Small { get; } =
        new(
            "tucker",
            [
                new LayerOutcome
                {
                    Layer = "conv1",
                    ParametersBefore = 432,
                    ParametersAfter = 432,
                    MacsBefore = 338_688,
                    MacsAfter = 338_688,
                    SkipReason = "excluded by the layer rules",
                },
                new LayerOutcome
                {
                    Layer = "conv2",
                    ParametersBefore = 36_864,
                    ParametersAfter = 9_216,
                    Ranks = [16, 24],
                    RelativeError = 0.04321,
                    Note = "bn: folded",
                },
            ],
            [new Series("sensitivity", "conv2", "share of parameters", "relative Σ-error", [new(0.1, 0.42), new(0.25, 0.043), new(0.5, 0.021), new(1, 0)])],
            []
        );

    public static IReadOnlyList<LayerTime> Times { get; } =
    [
        .. Layers
            .Where((layer, index) => layer.SkipReason is null || index % 8 == 7)
            .Select(
                (layer, index) =>
                {
                    var ratio = layer.SkipReason is null ? 0.42 + (0.021 * (index * 7 % 23)) : 1.18;
                    var spread = 0.012 + (0.004 * (index % 5));
                    return new LayerTime(
                        layer.Layer,
                        ratio,
                        ratio - spread,
                        ratio + spread,
                        41e-6 + (1e-6 * index),
                        ratio * (41e-6 + (1e-6 * index)),
                        layer.SkipReason is not null
                    );
                }
            ),
    ];

    private static LayerOutcome Layer(int index)
    {
        var name = index switch
        {
            0 => "/conv1/Conv",
            24 => "/linear/Gemm",
            _ => $"/layer{((index - 1) / 8) + 1}/layer{((index - 1) / 8) + 1}.{(index - 1) % 8 / 2}/conv{((index - 1) % 2) + 1}/Conv",
        };
        var channels = 16 << Math.Min(2, Math.Max(0, (index - 1) / 8));
        long weights = index switch
        {
            0 => 432,
            24 => 640,
            _ => channels * channels * 9L,
        };
        var macs = weights * (index == 24 ? 1 : 65536 / (channels * channels / 4));
        if (index is 0 or 24 || index % 8 == 7)
        {
            var reason = index switch
            {
                0 => "excluded by the layer rules",
                24 => "no rank makes it smaller",
                _ => "slower than the original on this machine",
            };
            return new LayerOutcome
            {
                Layer = name,
                ParametersBefore = weights,
                ParametersAfter = weights,
                MacsBefore = macs,
                MacsAfter = macs,
                SkipReason = reason,
            };
        }

        var rank = (channels / 4) + (index * 5 % (channels / 3));
        long after = (2 * channels * rank) + (rank * rank * 9L);
        return new LayerOutcome
        {
            Layer = name,
            ParametersBefore = weights,
            ParametersAfter = after,
            MacsBefore = macs,
            MacsAfter = macs * after / weights,
            Ranks = [rank, rank + (index % 3)],
            RelativeError = Error(index, (double)after / weights),
            Note = index % 2 == 1 ? "bn: folded" : null,
        };
    }

    private static Series Sensitivity(LayerOutcome layer, int index) => new(
        "sensitivity",
        layer.Layer,
        "share of the layer's parameters left",
        "relative Σ-error",
        [.. Enumerable.Range(1, 12).Select(i => i / 12.0).Select(share => Point(share, Error(index, share)))]);

    // Powers may differ in the last digit from one system to the next.
    private static SeriesPoint Point(double x, double y) => new(Math.Round(x, 4), Math.Round(y, 8));

    private static double Error(int index, double share) =>
        Math.Round((0.15 + (0.03 * (index * 11 % 24))) * Math.Exp(-share * (2 + (index % 6))) * (1 - (share * share * share)), 5);
}
