using MathNet.Numerics.Distributions;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Latency;

public class LatencyMeterTests
{
    [Fact]
    public void Order_Changes_From_Pair_To_Pair()
    {
        var probe = new ScriptedProbe((_, _) => 0.5, (_, _) => 0.25);

        LatencyMeter.Measure(probe, TimeSpan.FromSeconds(3));

        probe.Calls.ShouldBe("AB" + "ABBAABBAAB");
    }

    [Fact]
    public void Ratio_Is_That_Of_Each_Pair_So_That_A_Machine_That_Slows_Down_Does_Not_Matter()
    {
        var probe = new ScriptedProbe((_, call) => 0.002 * (1 + (call / 4)), (_, call) => 0.001 * (1 + (call / 4)));

        var result = LatencyMeter.Measure(probe);

        result.Ratio.ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public void Stops_As_Soon_As_The_Ratio_Is_Stable() =>
        LatencyMeter.Measure(new ScriptedProbe((_, _) => 0.002, (_, _) => 0.001)).Pairs.ShouldBe(21);

    [Fact]
    public void Stops_When_The_Time_Is_Spent_And_Reports_The_Width()
    {
        var random = new Random(1);
        var probe = new ScriptedProbe((_, _) => 0.01, (_, _) => 0.01 * (0.5 + random.NextDouble()));

        var result = LatencyMeter.Measure(probe, TimeSpan.FromSeconds(1));

        result.Pairs.ShouldBeInRange(40, 60);
        (result.Upper - result.Lower).ShouldBeGreaterThan(0.05);
        result.Ratio.ShouldBeInRange(result.Lower, result.Upper);
    }

    [Fact]
    public void Slow_Models_Are_Measured_Five_Times_At_Least() =>
        LatencyMeter.Measure(new ScriptedProbe((_, _) => 60, (_, _) => 30)).Pairs.ShouldBe(5);

    [Fact]
    public void Short_Runs_Are_Repeated_Until_The_Clock_Can_See_Them()
    {
        var probe = new ScriptedProbe((runs, _) => runs * 20e-6, (runs, _) => runs * 10e-6);

        var result = LatencyMeter.Measure(probe);

        probe.MostRuns.ShouldBe(100);
        result.OriginalSeconds.ShouldBe(20e-6, 1e-12);
        result.CompressedSeconds.ShouldBe(10e-6, 1e-12);
    }

    [Fact]
    public void Interval_Misses_The_Median_In_At_Most_Five_Percent_Of_Measurements()
    {
        var random = new Random(2);
        var misses = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            // Ratios whose median is 1: log-normal.
            var probe = new ScriptedProbe((_, _) => 0.01, (_, _) => 0.01 * Math.Exp(Normal.Sample(random, 0, 0.3)));
            var result = LatencyMeter.Measure(probe, TimeSpan.FromSeconds(0.6));
            misses += result.Lower > 1 || result.Upper < 1 ? 1 : 0;
        }

        ((double)misses / 2000).ShouldBeInRange(0.02, 0.06);
    }

    [Fact]
    public void Cancelling_Stops() =>
        Should.Throw<OperationCanceledException>(() =>
            LatencyMeter.Measure(new ScriptedProbe((_, _) => 1, (_, _) => 1), null, new CancellationToken(canceled: true))
        );

    [Fact]
    public void A_Clock_That_Stands_Still_Gives_No_Ratio() =>
        double.IsNaN(LatencyMeter.Measure(new ScriptedProbe((_, _) => 0, (_, _) => 0)).Ratio).ShouldBeTrue();
}
