using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>Draws results of two models with a known true drop.</summary>
internal static class Simulation
{
    /// <summary>How often the gate passes when the true drop is exactly its limit.</summary>
    /// <param name="samples">Samples per draw.</param>
    /// <param name="limit">True drop and limit.</param>
    /// <param name="discordance">Share of samples on which the models differ, at least the limit.</param>
    /// <param name="confidence">The gate's level.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static double PassRate(int samples, double limit, double discordance, double confidence, int draws, int seed)
    {
        var random = new Random(seed);
        // Fewer losses pass with the same gains, which saves most of the decisions.
        var known = new Dictionary<int, (int Passing, int Failing)>();
        var discordant = new InverseBinomial(samples, discordance);
        var share = (1 + (limit / discordance)) / 2;
        var passes = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            var differing = discordant.Draw(random);
            var lost = 0;
            for (var i = 0; i < differing; i++)
            {
                lost += random.NextDouble() < share ? 1 : 0;
            }

            var gained = differing - lost;
            var (passing, failing) = known.GetValueOrDefault(gained, (-1, int.MaxValue));
            if (lost > passing && lost < failing)
            {
                (passing, failing) = DropBound.IsWithin(new PairedCounts(samples, lost, gained), limit, confidence) ? (lost, failing) : (passing, lost);
                known[gained] = (passing, failing);
            }

            passes += lost <= passing ? 1 : 0;
        }

        return (double)passes / draws;
    }

    /// <summary>Binomial numbers from a table of the distribution.</summary>
    private sealed class InverseBinomial
    {
        private readonly double[] _cumulative;

        public InverseBinomial(int trials, double probability)
        {
            _cumulative = new double[trials + 1];
            double log = trials * Math.Log(1 - probability), sum = 0;
            for (var k = 0; k <= trials; k++)
            {
                sum += Math.Exp(log);
                _cumulative[k] = sum;
                log += Math.Log((trials - k) / (k + 1.0) * probability / (1 - probability));
            }
        }

        public int Draw(Random random)
        {
            var index = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
            return index < 0 ? ~index : index;
        }
    }
}
