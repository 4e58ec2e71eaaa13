using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ModelOptimizer.Onnx.Files;

/// <summary>Finds text that was damaged by reading it.</summary>
internal static class TextCheck
{
    /// <summary>
    /// Whether any text of <paramref name="message"/> holds the replacement character: the reader puts it where bytes are not UTF-8, and saving would then change the file.
    /// </summary>
    public static bool HasReplacement(IMessage message) => message.Descriptor.Fields.InFieldNumberOrder().Any(field => HasReplacement(field, message));

    private static bool HasReplacement(FieldDescriptor field, IMessage message)
    {
        if (field.FieldType is not (FieldType.String or FieldType.Message))
        {
            return false;
        }

        return field.Accessor.GetValue(message) switch
        {
            string text => text.Contains('\uFFFD'),
            IMessage inner => HasReplacement(inner),
            IList list => list.Cast<object>().Any(item => item is string text ? text.Contains('\uFFFD') : HasReplacement((IMessage)item)),
            _ => false,
        };
    }
}
