using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Progeny.Abstractions.Releases;

namespace Progeny.Gateway.Hosting;

/// <summary>The OpenAPI document, where it would say something else than the API does.</summary>
internal static class ApiDescription
{
    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Progeny";
            document.Info.Description =
                "Release, train, serve and correct machine-learning projects. Errors are problem details (RFC 9457). "
                + "In answers, a figure that is not known is left out, and one that is not finite (a sum that overflowed) is null. "
                + "Bodies may come with Content-Encoding gzip, deflate or br.";
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Describe(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            // In the order of their status, whether an endpoint or its group declares them.
            OpenApiResponses responses = [];
            foreach (var (status, response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
                responses.Add(status, response);
            operation.Responses = responses;
            Add("default", "Any other failure.");
            if (operation.RequestBody is not null)
            {
                Add("400", "Bad Request");
                Add("413", "Payload Too Large");
                Add("415", "Unsupported Media Type");
            }

            return Task.CompletedTask;

            void Add(string status, string description) => responses.TryAdd(status, new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemDetails), context.Document) },
                },
            });
        });
    });

    /// <summary>
    /// Members that may be null may be left out as well; those that the API itself asks for have a <see cref="RequiredAttribute"/>.
    /// </summary>
    private static void Describe(OpenApiSchema schema, JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (plain == typeof(GenerationReference))
            (schema.Type, schema.Properties, schema.Required) = (JsonSchemaType.String, null, null);
        else if (plain == typeof(DateTimeOffset))
            schema.Type = plain == type.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        else if (plain == typeof(double))
            (schema.Type, schema.Format) = (
                plain == type.Type ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null, "double");
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) == true)
            {
                (schema.Required ??= new HashSet<string>()).Add(property.Name);
                // The generator's mark of a reference that may be null: the record allows it only to tell that the member is missing.
                (schema.Properties?[property.Name] as OpenApiSchema)?.Metadata?.Remove("x-is-nullable-property");
            }
            else if (property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null)
                schema.Required?.Remove(property.Name);
        }
    }
}
