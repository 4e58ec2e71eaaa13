using System.Text;

namespace DigitReader;

/// <summary>Draws a digit with characters; each stands for two rows, as terminals' letters are twice as high as wide.</summary>
internal static class Drawing
{
    private const string Shades = " .:-=+*#%@";

    public static string Of(Digit digit)
    {
        var text = new StringBuilder();
        for (var y = 0; y < Digit.Size; y += 2)
        {
            for (var x = 0; x < Digit.Size; x++)
            {
                var ink = Math.Max(digit.Pixels[y * Digit.Size + x], digit.Pixels[(y + 1) * Digit.Size + x]);
                text.Append(Shades[ink * (Shades.Length - 1) / byte.MaxValue]);
            }

            text.AppendLine();
        }

        return text.ToString();
    }
}
