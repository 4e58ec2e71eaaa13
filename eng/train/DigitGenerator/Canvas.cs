using System.Numerics;

namespace DigitGenerator;

/// <summary>28×28 pixels of ink, 0 (paper) to 1.</summary>
internal sealed class Canvas
{
    public const int Size = 28;

    private readonly float[] _ink = new float[Size * Size];

    public void Draw(Vector2[] path, Pen pen)
    {
        for (var i = 0; i + 1 < path.Length; i++)
        {
            var ink = pen.Ink(i);
            Cover(path[i], path[i + 1], pen.Radius(i), pen.Softness, (old, share) => MathF.Max(old, ink * share));
        }
    }

    public void Erase(Vector2 from, Vector2 to, float radius) =>
        Cover(from, to, radius, 1, (old, share) => old * (1 - share));

    public void Change(Func<float, float> change)
    {
        for (var i = 0; i < _ink.Length; i++)
        {
            _ink[i] = change(_ink[i]);
        }
    }

    public void Set(int pixel, float ink) => _ink[pixel] = ink;

    /// <summary>Sixteen grey levels: what a cheap scanner keeps, and noise then compresses.</summary>
    public void CopyTo(Span<byte> grey)
    {
        for (var i = 0; i < _ink.Length; i++)
        {
            grey[i] = (byte)(17 * (int)MathF.Round(15 * Math.Clamp(_ink[i], 0, 1)));
        }
    }

    private void Cover(Vector2 from, Vector2 to, float radius, float softness, Func<float, float, float> blend)
    {
        var reach = new Vector2(radius + softness);
        var low = Vector2.Max(Vector2.Min(from, to) - reach, Vector2.Zero);
        var high = Vector2.Min(Vector2.Max(from, to) + reach, new Vector2(Size - 1));
        for (var y = (int)low.Y; y <= (int)high.Y; y++)
        {
            for (var x = (int)low.X; x <= (int)high.X; x++)
            {
                var distance = Distance(new Vector2(x + 0.5f, y + 0.5f), from, to);
                var share = Math.Clamp((radius - distance) / softness + 0.5f, 0, 1);
                _ink[y * Size + x] = blend(_ink[y * Size + x], share);
            }
        }
    }

    private static float Distance(Vector2 point, Vector2 from, Vector2 to)
    {
        var along = to - from;
        var share = Vector2.Dot(point - from, along) / MathF.Max(along.LengthSquared(), 1e-6f);
        return Vector2.Distance(point, from + Math.Clamp(share, 0, 1) * along);
    }
}
