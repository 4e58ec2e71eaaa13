using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;

namespace ModelOptimizer.Build;

/// <summary>
/// JSON by the framework's own serialiser, which is there wherever MSBuild and the tool run: the task brings no library into MSBuild's process. ASCII only, so
/// that no console's encoding can hurt a line.
/// </summary>
internal static class BuildJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static string Write<T>(T value, bool indented = false)
    {
        using var stream = new MemoryStream();
        using (var writer = JsonReaderWriterFactory.CreateJsonWriter(stream, Utf8, ownsStream: false, indented, "  "))
        {
            new DataContractJsonSerializer(typeof(T)).WriteObject(writer, value);
        }

        return Plain(Utf8.GetString(stream.ToArray()));
    }

    /// <exception cref="SerializationException">The text is not JSON of this shape.</exception>
    public static T? Read<T>(string text)
        where T : class
    {
        using var stream = new MemoryStream(Utf8.GetBytes(text));
        try
        {
            return new DataContractJsonSerializer(typeof(T)).ReadObject(stream) as T;
        }
        catch (XmlException exception)
        {
            // It guesses an encoding from the first two bytes, before anything turns its errors into one kind.
            throw new SerializationException(exception.Message, exception);
        }
    }

    // The serialiser escapes slashes, which makes paths hard to read, ends lines as Windows does, and leaves letters of other scripts alone.
    private static string Plain(string json)
    {
        var plain = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            var escaped = json[i] == '\\';
            i += escaped ? 1 : 0;
            plain.Append(json[i] switch
            {
                '\r' => "",
                '/' => "/",
                > '~' and var c => $"\\u{(int)c:x4}",
                var c => escaped ? $"\\{c}" : c.ToString(),
            });
        }

        return plain.ToString();
    }
}
