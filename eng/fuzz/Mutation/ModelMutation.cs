using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Fuzz.Mutation;

/// <summary>Changes fields of an ONNX model.</summary>
internal static class ModelMutation
{
    public static byte[] Mutate(byte[] content, Random random)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException)
        {
            return content;
        }

        List<(IMessage Message, FieldDescriptor Field)> places = [];
        Collect(model, places);
        // Most fields are bytes of weights and types of values: the field first, then one of its places.
        var groups = places.GroupBy(place => place.Field.FullName).ToList();
        var group = groups[random.Next(groups.Count)].ToList();
        var (message, field) = group[random.Next(group.Count)];
        if (field.IsRepeated)
        {
            Change((IList)field.Accessor.GetValue(message), field, places, random);
        }
        else if (random.Next(5) == 0)
        {
            field.Accessor.Clear(message);
        }
        else if (Value(field, field.Accessor.GetValue(message), places, random) is { } value)
        {
            field.Accessor.SetValue(message, value);
        }

        return model.ToByteArray();
    }

    private static void Change(IList list, FieldDescriptor field, List<(IMessage, FieldDescriptor)> places, Random random)
    {
        if (list.Count == 0)
        {
            if (Value(field, null, places, random) is { } first)
            {
                list.Add(first);
            }

            return;
        }

        var at = random.Next(list.Count);
        switch (random.Next(5))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list.Add(list[at] is IMessage message ? message.Descriptor.Parser.ParseFrom(message.ToByteArray()) : list[at]);
                break;
            case 2:
                var other = random.Next(list.Count);
                (list[at], list[other]) = (list[other], list[at]);
                break;
            case 3:
                while (list.Count > at)
                {
                    list.RemoveAt(at);
                }

                break;
            default:
                if (Value(field, list[at], places, random) is { } value)
                {
                    list[at] = value;
                }

                break;
        }
    }

    private static object? Value(FieldDescriptor field, object? before, List<(IMessage Message, FieldDescriptor Field)> places, Random random) => field.FieldType switch
    {
        FieldType.Int64 => Values.Whole[random.Next(Values.Whole.Length)],
        FieldType.UInt64 => unchecked((ulong)Values.Whole[random.Next(Values.Whole.Length)]),
        FieldType.Int32 => random.Next(2) == 0 ? random.Next(30) : unchecked((int)Values.Whole[random.Next(Values.Whole.Length)]),
        FieldType.Float => (float)Values.Real[random.Next(Values.Real.Length)],
        FieldType.Double => Values.Real[random.Next(Values.Real.Length)],
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(40)),
        FieldType.String => random.Next(3) == 0 ? Values.Names[random.Next(Values.Names.Length)] : SomeText(places, random),
        FieldType.Bytes => ByteString.CopyFrom(Bytes(before as ByteString ?? ByteString.Empty, random)),
        FieldType.Message => SomeMessage(field.MessageType, places, random),
        _ => null,
    };

    // Another name of the model: what was apart is the same now.
    private static string SomeText(List<(IMessage Message, FieldDescriptor Field)> places, Random random)
    {
        var texts = places.Where(place => place.Field.FieldType == FieldType.String).ToList();
        var (message, field) = texts[random.Next(texts.Count)];
        return field.Accessor.GetValue(message) switch
        {
            string text => text,
            IList { Count: > 0 } list => (string)list[random.Next(list.Count)]!,
            _ => "",
        };
    }

    private static byte[] Bytes(ByteString before, Random random) => random.Next(4) switch
    {
        0 => [],
        1 => before.Span[..(before.Length / 2)].ToArray(),
        2 => [.. before.Span, .. Values.Number(random)],
        _ => [.. Values.Number(random), .. before.Span[Math.Min(before.Length, 8)..]],
    };

    private static IMessage? SomeMessage(MessageDescriptor type, List<(IMessage Message, FieldDescriptor Field)> places, Random random)
    {
        var alike = places.Select(place => place.Message).Where(message => message.Descriptor == type).ToList();
        return type.Parser.ParseFrom(alike.Count == 0 || random.Next(4) == 0 ? [] : alike[random.Next(alike.Count)].ToByteArray());
    }

    private static void Collect(IMessage message, List<(IMessage, FieldDescriptor)> places)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            places.Add((message, field));
            if (field.FieldType == FieldType.Message)
            {
                var children = field.IsRepeated ? (IList)field.Accessor.GetValue(message) : new[] { field.Accessor.GetValue(message) };
                foreach (var child in children.OfType<IMessage>())
                {
                    Collect(child, places);
                }
            }
        }
    }
}
