using System.Globalization;
using System.Numerics;

namespace DigitGenerator;

/// <summary>One way to write a digit: smooth pieces of pen strokes, coordinates from -1 to 1.</summary>
internal sealed record Skeleton(IReadOnlyList<Vector2[]> Pieces)
{
    public static Skeleton Parse(string text)
    {
        var pieces = new List<Vector2[]>();
        foreach (var stroke in text.Split(';', StringSplitOptions.TrimEntries))
        {
            var piece = new List<Vector2>();
            foreach (var token in stroke.Split(' '))
            {
                piece.Add(ParsePoint(token.TrimEnd('!')));
                if (token.EndsWith('!'))
                {
                    pieces.Add([.. piece]);
                    piece = [piece[^1]];
                }
            }

            pieces.Add([.. piece]);
        }

        return new Skeleton(pieces);
    }

    /// <summary>Moves every control point; points that coincide (corners, closed loops) move together.</summary>
    public Skeleton Jitter(Dice dice, float deviation)
    {
        var moved = new Dictionary<Vector2, Vector2>();
        Vector2 Move(Vector2 point)
        {
            if (!moved.TryGetValue(point, out var target))
            {
                moved[point] = target = point + new Vector2(dice.Bell(deviation), dice.Bell(deviation));
            }

            return target;
        }

        return new Skeleton([.. Pieces.Select(piece => piece.Select(Move).ToArray())]);
    }

    /// <summary>The pen's path: each piece as a dense polyline, mapped to pixels.</summary>
    public IEnumerable<Vector2[]> Trace(Func<Vector2, Vector2> toPixels) =>
        Pieces.Select(piece => Spline.Through(piece).Select(toPixels).ToArray());

    private static Vector2 ParsePoint(string token)
    {
        var parts = token.Split(',');
        return new Vector2(Coordinate(parts[0]), Coordinate(parts[1]));
    }

    private static float Coordinate(string text) => float.Parse(text, CultureInfo.InvariantCulture) / 10 - 1;
}
