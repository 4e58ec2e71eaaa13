using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;

namespace ModelOptimizer.Build;

/// <summary>
/// Reads JSON into the types of the contract: texts, whole numbers, truth values, lists, and records by their <see cref="DataMemberAttribute"/>. What a file
/// has not is left as it is in memory that nothing has written to, and members that a record has not are passed over. Every build reads a state, and the
/// framework's own serialiser takes most of a tenth of a second to begin.
/// </summary>
internal sealed class ContractReader
{
    // No type of the contract is deeper; what is passed over may be.
    private const int Deepest = 64;

    private readonly string _text;
    private int _at;
    private int _depth;

    private ContractReader(string text) => _text = text;

    /// <summary>The value that <paramref name="text"/> is.</summary>
    /// <exception cref="SerializationException">It is not JSON, or not of this shape.</exception>
    public static T? Read<T>(string text)
        where T : class
    {
        var reader = new ContractReader(text);
        var value = reader.Value(typeof(T));
        return reader.Next() == '\0' && reader._at == text.Length ? (T?)value : throw reader.Wrong();
    }

    // Without a type, a value is passed over.
    private object? Value(Type? type)
    {
        if (++_depth > Deepest)
        {
            throw Wrong();
        }

        var value = Next() switch
        {
            '{' => Members(type),
            '[' => Items(type),
            '"' => type is null || type == typeof(string) ? Text() : throw Wrong(),
            _ => Word(type),
        };
        _depth--;
        return value;
    }

    private object? Members(Type? type)
    {
        var record = type is null ? null
            : type.IsDefined(typeof(DataContractAttribute), inherit: false) ? Unwritten(type)
            : throw Wrong();
        var members = type?.GetProperties().Select(property => (Property: property, Member: property.GetCustomAttribute<DataMemberAttribute>()))
            .Where(known => known.Member is not null)
            .ToDictionary(known => known.Member!.Name!, StringComparer.Ordinal);
        var missing = members?.Values.Where(known => known.Member!.IsRequired).Select(known => known.Member!.Name).ToList();
        foreach (var _ in Elements('{', '}'))
        {
            var name = Next() == '"' ? Text() : throw Wrong();
            Expect(':');
            if (members is null || !members.TryGetValue(name, out var known))
            {
                Value(null);
                continue;
            }

            known.Property.SetValue(record, Value(known.Property.PropertyType));
            missing!.Remove(name);
        }

        return missing is { Count: > 0 } ? throw Wrong() : record;
    }

    private static object Unwritten(Type type) =>
#if NETSTANDARD
        FormatterServices.GetUninitializedObject(type);
#else
        System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
#endif

    private Array? Items(Type? type)
    {
        if (type is { IsArray: false })
        {
            throw Wrong();
        }

        var values = new List<object?>();
        foreach (var _ in Elements('[', ']'))
        {
            values.Add(Value(type?.GetElementType()));
        }

        if (type is null)
        {
            return null;
        }

        var items = Array.CreateInstance(type.GetElementType()!, values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            items.SetValue(values[i], i);
        }

        return items;
    }

    // Stands before each element in turn.
    private IEnumerable<int> Elements(char open, char close)
    {
        Expect(open);
        if (Next() == close)
        {
            _at++;
            yield break;
        }

        for (var i = 0; ; i++)
        {
            yield return i;
            if (Next() == close)
            {
                _at++;
                yield break;
            }

            Expect(',');
        }
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (_at++; Current() != '"'; _at++)
        {
            text.Append(Current() switch
            {
                < ' ' => throw Wrong(),
                '\\' => Escaped(),
                var c => c,
            });
        }

        _at++;
        return text.ToString();
    }

    private char Escaped()
    {
        _at++;
        switch (Current())
        {
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case '"' or '\\' or '/': return Current();
            case 'u': return Unit();
            default: throw Wrong();
        }
    }

    private char Unit()
    {
        var unit = 0;
        for (var i = 0; i < 4; i++)
        {
            _at++;
            unit = (unit * 16) + (Uri.IsHexDigit(Current()) ? Uri.FromHex(Current()) : throw Wrong());
        }

        return (char)unit;
    }

    private object? Word(Type? type)
    {
        var start = _at;
        while (char.IsLetterOrDigit(Current()) || Current() is '-' or '+' or '.')
        {
            _at++;
        }

        var word = _text.Substring(start, _at - start);
        return word switch
        {
            "null" when type is not { IsValueType: true } => null,
            "true" or "false" when type is null || type == typeof(bool) => word == "true",
            _ when type == typeof(int) && int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ when type == typeof(long) && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ when type is null && double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => null,
            _ => throw Wrong(),
        };
    }

    private void Expect(char wanted)
    {
        if (Next() != wanted)
        {
            throw Wrong();
        }

        _at++;
    }

    private char Next()
    {
        while (Current() is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }

        return Current();
    }

    private char Current() => _at < _text.Length ? _text[_at] : '\0';

    private SerializationException Wrong() => new($"The text is not of the expected shape at character {_at + 1}.");
}
