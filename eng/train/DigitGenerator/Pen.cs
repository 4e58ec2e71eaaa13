namespace DigitGenerator;

/// <summary>A pen's thickness and how its pressure changes along a stroke.</summary>
internal sealed class Pen(Dice dice)
{
    private readonly float _radius = dice.Uniform(0.55f, 1.7f);
    private readonly float _variation = dice.Uniform(0, 0.45f);
    private readonly float _frequency = dice.Uniform(0.05f, 0.25f);
    private readonly float _phase = dice.Uniform(0, MathF.Tau);

    /// <summary>Width in pixels of the edge from full ink to none: a sharp pen or a blurred scan.</summary>
    public float Softness { get; } = dice.Uniform(0.7f, 1.9f);

    public float Darkness { get; } = dice.Uniform(0.45f, 1);

    public float Radius(int step) => _radius * Pressure(step);

    public float Ink(int step) => Darkness * MathF.Min(1, 0.35f + 0.65f * Pressure(step));

    private float Pressure(int step) => 1 + _variation * MathF.Sin(_frequency * step + _phase);
}
