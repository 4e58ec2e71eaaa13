using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;

namespace ModelOptimizer.Pipeline.Manifest.Schema;

/// <summary>The JSON schema (draft-07) of a manifest, by which editors complete and check it.</summary>
public static class ManifestSchema
{
    /// <summary>The schema's usual file.</summary>
    public const string FileName = "modelopt.schema.json";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line of a manifest that makes editors look at the schema in <paramref name="file"/> beside it.</summary>
    public static string Comment(string file) => $"# yaml-language-server: $schema={Path.GetFileName(file)}";

    /// <summary>The schema of manifests whose steps may name <paramref name="methods"/>.</summary>
    public static string Text(IReadOnlyList<IMethod> methods)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "ModelOptimizer.Build manifest",
        };
        foreach (var (keyword, value) in SectionSchema.Of(ManifestKeys.Section).ToList())
        {
            schema[keyword] = value?.DeepClone();
        }

        GateSchema.LetCommandsName(Model(schema));
        schema["definitions"] = new JsonObject([.. StepSchema.Definitions(methods), .. GateSchema.Definitions()]);
        return schema.ToJsonString(Readable);
    }

    private static JsonObject Model(JsonObject schema) => schema["properties"]![ManifestKeys.Models.Name]!["additionalProperties"]!.AsObject();
}
