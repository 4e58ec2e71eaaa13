using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary><c>budget: auto</c> against the best of many uniform energy thresholds set by hand, under the same gates.</summary>
internal sealed class AutoTable(AutoCase what)
{
    // Around the thresholds that pass, finer than a patient person would try.
    private static readonly double[] Energies = [0.90, 0.93, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999];

    public static int Run(string shared)
    {
        Console.WriteLine("| model | ranks | gate | size | of the original | top-1 | drop | evaluations | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var what in AutoCase.All(shared))
        {
            new AutoTable(what).Run();
        }

        return 0;
    }

    private void Run()
    {
        // By hand the curves are traced once; every search starts from nothing.
        using var kept = new Workspace();
        var hand = Energies
            .Select(energy => Measure(string.Create(CultureInfo.InvariantCulture, $"energy: {energy}"), what.Limit, cache: kept.Folder))
            .ToList();
        foreach (var (row, energy) in hand.Zip(Energies))
        {
            Print($"energy {energy}", string.Join(", ", row.Report.Gates.Select(gate => gate.Outcome == GateOutcome.Passed ? "holds" : "fails")), row);
        }

        for (var gate = 0; gate < AutoCase.Confidences.Count; gate++)
        {
            var best = hand.Where(row => row.Report.Gates[gate].Outcome == GateOutcome.Passed).MinBy(row => row.Report.After.Bytes);
            var auto = Measure("budget: auto", what.Limit, AutoCase.Confidences[gate]);
            Print("auto", $"drop ≤ {100 * what.Limit} points, confidence {AutoCase.Confidences[gate]}", auto);
            if (best.Report is not null && Drop(auto.Report) > Drop(best.Report))
            {
                // Smaller is not enough: the rival's own drop as the limit.
                Print("auto, at the drop of the best energy", AutoCase.Confidences[gate], Measure("budget: auto", Math.Max(0, Drop(best.Report)), "none"));
            }
        }
    }

    private (ModelReport Report, double Seconds) Measure(string goal, double limit, string? confidence = null, string? cache = null)
    {
        using var workspace = new Workspace();
        var clock = Stopwatch.StartNew();
        var (report, _) = workspace.Run(what.Manifest(goal, limit, confidence), cache);
        return (report, clock.Elapsed.TotalSeconds);
    }

    private void Print(string ranks, string gate, (ModelReport Report, double Seconds) row)
    {
        var (before, after) = (row.Report.Before.Bytes, row.Report.After.Bytes);
        var top1 = row.Report.Metrics.Single(metric => metric.Metric == "top1");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what.Name} | {ranks} | {gate} | {after:N0} B | {(double)after / before:P2} | {top1.Compressed:P2} | {top1.Original - top1.Compressed:P2} "
                    + $"| {row.Report.Search?.Candidates.Count ?? 1} | {row.Seconds:F0} |"
            )
        );
    }

    private static double Drop(ModelReport report) =>
        report.Metrics.Single(metric => metric.Metric == "top1") is var top1 ? top1.Original - top1.Compressed : 0;
}
