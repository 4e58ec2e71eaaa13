namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>Eight candidates by falling size: all but the last pass, which was decided early; the last but one is taken.</summary>
internal static class SampleSearch
{
    private const string Drop = "top1: { max-drop: 1% }";

    public static SearchTrace Trace { get; } = new(
        14,
        40,
        7,
        [
            Candidate(1, 1e-5, 774_000, 0.9261, 0.99995, 5000),
            Candidate(2, 9e-5, 665_900, 0.9262, 0.9978, 5000),
            Candidate(3, 0.0009, 543_934, 0.9254, 0.9945, 5000),
            Candidate(4, 0.002, 502_950, 0.9243, 0.9902, 5000),
            Candidate(5, 0.004, 468_442, 0.9235, 0.9891, 5000),
            Candidate(6, 0.0075, 436_188, 0.9208, 0.9886, 5000),
            Candidate(7, 0.012, 421_310, 0.9204, 0.98713, 5000),
            Candidate(8, 0.031, 380_967, 0.9012, 0.9712, 1280, Drop, "cosine: { min: 98% }"),
        ],
        [
            new("/layer1/layer1.0/conv1/Conv", "tucker (12)", "tucker 8×8", 4_608, 0.0004),
            new("/layer3/layer3.2/conv2/Conv", "tucker (16)", "tucker 24×20", 96_256, 0.0011),
            new("/fc/Gemm", "tucker (4)", "as it is", 0, 0),
        ]);

    private static SearchCandidate Candidate(int number, double forecast, long bytes, double top1, double cosine, int samples, params string[] failed) =>
        new(
            number,
            "tucker (20), as it is (3)",
            forecast,
            new ModelCost(bytes, (long)(bytes * 0.24), bytes * 41),
            [new MetricPair("top1", 0.926, top1, samples), new MetricPair("cosine", double.NaN, cosine, samples)],
            samples,
            failed.Length == 0,
            failed
        );
}
