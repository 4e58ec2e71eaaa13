using System.Numerics;

namespace DigitGenerator;

/// <summary>Uniform Catmull-Rom curves: smooth, and through every control point.</summary>
internal static class Spline
{
    private const int StepsPerSpan = 8;

    public static IEnumerable<Vector2> Through(Vector2[] points)
    {
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var before = points[Math.Max(i - 1, 0)];
            var after = points[Math.Min(i + 2, points.Length - 1)];
            for (var step = 0; step < StepsPerSpan; step++)
            {
                yield return At(before, points[i], points[i + 1], after, (float)step / StepsPerSpan);
            }
        }

        yield return points[^1];
    }

    private static Vector2 At(Vector2 a, Vector2 b, Vector2 c, Vector2 d, float t) =>
        0.5f * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
}
