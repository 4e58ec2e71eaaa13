using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>How often a gate that is decided by a bootstrap passes at a true change of exactly its limit. A benchmark runs it longer than the tests do.</summary>
internal static class BootstrapLevel
{
    /// <param name="metric">The metric's name.</param>
    /// <param name="change">As for <see cref="Population.Of"/>.</param>
    /// <param name="isShare">Whether the limit is a share of the original's value.</param>
    /// <param name="samples">Samples that a gate sees.</param>
    /// <param name="gates">Gates.</param>
    /// <returns>The share of the gates that pass.</returns>
    public static double Rate(string metric, double change, bool isShare, int samples, int gates)
    {
        var population = Population.Of(metric, change);
        var (original, compressed) = population.All.Values;
        var limit = Math.Abs(original - compressed) / (isShare ? original : 1);
        var passed = 0;
        Parallel.For(0, gates, gate =>
        {
            if (Passes(metric, limit, isShare, population.Draw(samples, new Random(gate)), seed: gate))
            {
                Interlocked.Increment(ref passed);
            }
        });
        return passed / (double)gates;
    }

    private static bool Passes(string name, double limit, bool isShare, JointScores scores, int seed)
    {
        var metric = MetricCatalogue.All.Single(candidate => candidate.Name == name);
        var gate = new GatePlan
        {
            Metric = name,
            Bound = metric.MoreIsBetter ? GateBound.MaxDrop : GateBound.MaxRise,
            Limit = new Quantity(limit, isShare || metric.IsBounded, "the true change"),
            Severity = DiagnosticSeverity.Error,
            Confidence = 0.95,
            Position = new SourcePosition("modelopt.yaml"),
        };
        return ChangeGate.Decide(gate, new MetricScores(metric, [], []) { Joint = scores }, seed).Outcome == GateOutcome.Passed;
    }
}
