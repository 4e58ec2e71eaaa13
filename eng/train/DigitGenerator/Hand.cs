using System.Numerics;

namespace DigitGenerator;

/// <summary>Where a writer's hand puts the skeleton: slant, size, place, and a slow wobble.</summary>
internal sealed class Hand
{
    private readonly Matrix3x2 _affine;
    private readonly Vector2 _wobble;
    private readonly Vector2 _phase;
    private readonly Vector2 _frequency;

    public Hand(Dice dice)
    {
        var height = dice.Uniform(6.6f, 10.4f);
        var width = height * dice.Uniform(0.7f, 1.15f);
        var centre = new Vector2(Canvas.Size / 2f) + new Vector2(dice.Bell(1.3f), dice.Bell(1.3f));
        _affine = Matrix3x2.CreateSkew(dice.Bell(0.2f), 0)
            * Matrix3x2.CreateScale(width, height)
            * Matrix3x2.CreateRotation(dice.Bell(0.17f))
            * Matrix3x2.CreateTranslation(centre);
        _wobble = new Vector2(dice.Uniform(0, 0.13f), dice.Uniform(0, 0.13f));
        _phase = new Vector2(dice.Uniform(0, MathF.Tau), dice.Uniform(0, MathF.Tau));
        _frequency = new Vector2(dice.Uniform(1, 4), dice.Uniform(1, 4));
    }

    public Vector2 Place(Vector2 point)
    {
        var wobbled = point + new Vector2(
            _wobble.X * MathF.Sin(_frequency.X * point.Y + _phase.X),
            _wobble.Y * MathF.Sin(_frequency.Y * point.X + _phase.Y));
        return Vector2.Transform(wobbled, _affine);
    }
}
