using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Elements that are HTML and XML at once. Everything is escaped; names come from models, and a model may call a layer anything.</summary>
internal static class Tags
{
    private static readonly HashSet<string> Void = ["br", "meta", "wbr"];

    /// <summary>An element: a name with classes, such as <c>td.number</c>, and attributes, texts and elements in it.</summary>
    public static XElement Tag(string selector, params object?[] content)
    {
        var parts = selector.Split('.');
        var element = new XElement(parts[0]);
        if (parts.Length > 1)
        {
            element.SetAttributeValue("class", string.Join(' ', parts[1..]));
        }

        element.Add(content.Select(item => item is string text ? Clean(text) : item));
        if (element.IsEmpty && !Void.Contains(parts[0]))
        {
            // HTML takes <p/> for the beginning of a paragraph.
            element.Add("");
        }

        return element;
    }

    /// <summary>An attribute; numbers with at most two digits after the point.</summary>
    public static XAttribute Is(string name, object value) => new(name, value switch
    {
        double number => Number(number),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => Clean((string)value),
    });

    /// <summary>A coordinate.</summary>
    public static string Number(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The text without what XML cannot hold.</summary>
    public static string Clean(string text)
    {
        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (char.IsHighSurrogate(clean[i]) && i + 1 < clean.Length && char.IsLowSurrogate(clean[i + 1]))
            {
                i++;
            }
            else if (!XmlConvert.IsXmlChar(clean[i]))
            {
                clean[i] = '\uFFFD';
            }
        }

        return new string(clean);
    }
}
