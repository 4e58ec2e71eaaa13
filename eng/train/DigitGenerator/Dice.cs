namespace DigitGenerator;

/// <summary>SplitMix64: seeded random numbers that do not change with the version of .NET.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public float Uniform(float low, float high) => low + (high - low) * (Next() >> 40) / (1 << 24);

    /// <summary>Mean 0, standard deviation <paramref name="deviation"/>, never beyond three of them: the sum of 12 uniforms is bounded and portable.</summary>
    public float Bell(float deviation)
    {
        var sum = -6f;
        for (var i = 0; i < 12; i++)
        {
            sum += Uniform(0, 1);
        }

        return deviation * Math.Clamp(sum, -3, 3);
    }

    public int Below(int count) => (int)(Next() % (ulong)count);

    public bool Chance(float probability) => Uniform(0, 1) < probability;

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
