using System.Numerics;

namespace DigitGenerator;

/// <summary>Writes one digit the way it comes out of a scanned form: a hand, a pen, neighbours, scratches, specks.</summary>
internal sealed class Writer(Dice dice)
{
    public void Write(int digit, Span<byte> grey)
    {
        var canvas = new Canvas();
        var pen = new Pen(dice);
        var hand = new Hand(dice);
        foreach (var path in Skeletons.Pick(digit, dice).Jitter(dice, 0.1f).Trace(hand.Place))
        {
            canvas.Draw(path, pen);
        }

        if (dice.Chance(0.35f))
        {
            canvas.Erase(Anywhere(), Anywhere(), dice.Uniform(0.3f, 1.2f));
        }

        if (dice.Chance(0.3f))
        {
            DrawNeighbour(canvas, pen);
        }

        if (dice.Chance(0.35f))
        {
            var from = Anywhere();
            canvas.Draw([from, from + new Vector2(dice.Bell(3), dice.Bell(3))], pen);
        }

        Roughen(canvas);
        canvas.CopyTo(grey);
    }

    /// <summary>A part of the next digit of the form shows at the left or right edge.</summary>
    private void DrawNeighbour(Canvas canvas, Pen pen)
    {
        var hand = new Hand(dice);
        var aside = new Vector2((dice.Chance(0.5f) ? -1 : 1) * dice.Uniform(14, 20), dice.Bell(1.5f));
        foreach (var path in Skeletons.Pick(dice.Below(10), dice).Jitter(dice, 0.1f).Trace(point => hand.Place(point) + aside))
        {
            canvas.Draw(path, pen);
        }
    }

    private void Roughen(Canvas canvas)
    {
        var grain = dice.Uniform(0, 0.15f);
        canvas.Change(ink => ink > 0.03f ? ink * (1 + dice.Bell(grain)) : 0);
        for (var specks = dice.Below(25); specks > 0; specks--)
        {
            canvas.Set(dice.Below(Canvas.Size * Canvas.Size), dice.Uniform(0, 0.9f));
        }
    }

    private Vector2 Anywhere() => new(dice.Uniform(0, Canvas.Size), dice.Uniform(0, Canvas.Size));
}
