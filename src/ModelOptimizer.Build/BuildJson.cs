using System.Runtime.Serialization.Json;
using System.Text;

namespace ModelOptimizer.Build;

/// <summary>
/// JSON by what the framework has wherever MSBuild and the tool run: the task brings no library into MSBuild's process. ASCII only, so that no console's
/// encoding can hurt a line.
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

    /// <exception cref="System.Runtime.Serialization.SerializationException">The text is not JSON of this shape.</exception>
    public static T? Read<T>(string text)
        where T : class => ContractReader.Read<T>(text);

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
