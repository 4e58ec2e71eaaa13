namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>A small random generator of our own (SplitMix64): draws must stay the same whatever the runtime does with its generator.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one thing of many, such as a sample.</summary>
    public static SplitMix For(int seed, long item, int part = 0)
    {
        var mixer = new SplitMix((ulong)(uint)seed);
        mixer._state ^= mixer.Next() + (ulong)item;
        mixer._state ^= mixer.Next() + (ulong)part;
        return new SplitMix(mixer.Next());
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal, by Box and Muller.</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());
}
