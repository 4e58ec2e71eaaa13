namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>Twelve candidates: a collapse far below the others, some decided early, one taken.</summary>
internal static class SampleSearch
{
    private const string Drop = "top1: { max-drop: 1% }";

    public static SearchTrace Trace { get; } = new(
        14,
        40,
        12,
        [
            Candidate(1, "bisect", 221_967, 0.4012, 0.7512, 320, [Drop, "cosine: { min: 98% }"], null),
            Candidate(2, "bisect", 665_900, 0.9252, 0.9978, 5000, ["size: { max: 40% }"], null),
            Candidate(3, "bisect", 443_934, 0.9214, 0.9895, 5000, [], null),
            Candidate(4, "bisect", 332_950, 0.9031, 0.9702, 1280, [Drop, "cosine: { min: 98% }"], null),
            Candidate(5, "bisect", 388_442, 0.9125, 0.9811, 2560, [Drop], null),
            Candidate(6, "bisect", 416_188, 0.9158, 0.9846, 5000, [Drop], null),
            Candidate(7, "bisect", 430_061, 0.9186, 0.9868, 5000, [], null),
            Candidate(8, "bisect", 423_124, 0.9171, 0.9857, 5000, [Drop], null),
            Candidate(9, "repair", 428_900, 0.9198, 0.987, 5000, [], "/layer3/layer3.2/conv1/Conv back to its original"),
            Candidate(10, "squeeze", 424_010, 0.9201, 0.987, 5000, [], "/layer1/layer1.0/conv2/Conv at rank 6"),
            Candidate(11, "squeeze", 418_700, 0.9166, 0.985, 2560, [Drop], "/layer2/layer2.1/conv1/Conv at rank 9"),
            Candidate(12, "final", 421_310, 0.9204, 0.98713, 5000, [], "/layer1/layer1.3/conv1/Conv at rank 5"),
        ]);

    private static SearchCandidate Candidate(
        int number,
        string phase,
        long bytes,
        double top1,
        double cosine,
        int samples,
        IReadOnlyList<string> failed,
        string? note
    ) =>
        new(
            number,
            phase,
            new ModelCost(bytes, (long)(bytes * 0.24), bytes * 41),
            [new MetricPair("top1", 0.926, top1, samples), new MetricPair("cosine", double.NaN, cosine, samples)],
            samples,
            failed.Count == 0,
            failed,
            note
        );
}
