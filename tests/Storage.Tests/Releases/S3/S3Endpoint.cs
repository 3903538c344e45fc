using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>
/// An S3 service on a loopback port with one bucket, for one key. It checks signatures and checksums, and fails on demand.
/// </summary>
internal sealed class S3Endpoint : IAsyncDisposable
{
    public const string BucketName = "progeny-artifacts";
    public const string AccessKey = "AKIATEST";
    public const string SecretKey = "a secret of the tests/+";

    private static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication _app;
    private readonly List<(S3Fault Kind, Func<HttpRequest, bool> Hits, int Left)> _faults = [];

    private S3Hold? _hold;

    private S3Endpoint()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(server => server.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public S3Bucket Bucket { get; } = new();

    /// <summary>How many objects a page of a list holds.</summary>
    public int PageSize { get; set; } = 1_000;

    /// <summary>The requests that were answered: method, path with query, how the contents were signed, status (0: cut).</summary>
    public ConcurrentQueue<(string Method, string Target, string Payload, int Status)> Requests { get; } = [];

    public string Url => _app.Urls.Single();

    public static async Task<S3Endpoint> StartAsync()
    {
        var endpoint = new S3Endpoint();
        await endpoint._app.StartAsync();
        return endpoint;
    }

    /// <summary>Has the next requests of a kind fail.</summary>
    public void Fail(S3Fault kind, int times, Func<HttpRequest, bool>? hits = null)
    {
        lock (_faults)
            _faults.Add((kind, hits ?? (_ => true), times));
    }

    /// <summary>Has requests wait until they are released.</summary>
    public S3Hold Hold() => _hold = new S3Hold();

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        lock (_faults)
            _faults.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Bucket.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var payload = request.Headers["x-amz-content-sha256"].ToString();
        var fault = NextFault(request);
        await (_hold?.WaitAsync() ?? Task.CompletedTask);
        try
        {
            if (fault == S3Fault.Unavailable)
                throw new S3Error(503, "SlowDown");
            if (fault == S3Fault.Cut)
                context.Abort();
            else
                await AnswerAsync(request, response, fault);
        }
        catch (S3Error error)
        {
            response.StatusCode = error.Status;
            if (request.Method != "HEAD")
                await WriteAsync(response, new XElement("Error", new XElement("Code", error.Code), new XElement("Message", error.Code)));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            context.Abort();
        }

        var target = request.Path + request.QueryString;
        Requests.Enqueue((request.Method, target, payload, context.RequestAborted.IsCancellationRequested ? 0 : response.StatusCode));
    }

    private S3Fault? NextFault(HttpRequest request)
    {
        lock (_faults)
        {
            var index = _faults.FindIndex(fault => fault.Left > 0 && fault.Hits(request));
            if (index < 0)
                return null;
            var fault = _faults[index];
            _faults[index] = fault with { Left = fault.Left - 1 };
            return fault.Kind;
        }
    }

    private async Task AnswerAsync(HttpRequest request, HttpResponse response, S3Fault? fault)
    {
        var signature = new S3Signature(request, AccessKey, SecretKey);
        var path = request.Path.Value!.TrimStart('/').Split('/', 2);
        if (path[0] != BucketName)
            throw new S3Error(404, "NoSuchBucket");
        var key = path.Length > 1 ? path[1] : "";
        var upload = request.Query["uploadId"].ToString();
        switch (request.Method)
        {
            case "GET" when key == "" && request.Query.ContainsKey("uploads"):
                await WriteAsync(response, ListUploads(request.Query["prefix"].ToString()));
                break;
            case "GET" when key == "" && request.Query["list-type"] == "2":
                await WriteAsync(response, ListObjects(request.Query["prefix"].ToString(), request.Query["continuation-token"].ToString()));
                break;
            case "GET" or "HEAD" when key != "":
                await SendAsync(response, Bucket.Get(key), request.Method == "HEAD", fault == S3Fault.CutContents);
                break;
            case "POST" when request.Query.ContainsKey("uploads"):
                await ReceiveAsync(request, signature);
                var id = Guid.NewGuid().ToString("n");
                Bucket.Uploads[id] = new S3Upload(key, DateTimeOffset.UtcNow);
                await WriteAsync(
                    response,
                    new XElement("InitiateMultipartUploadResult", Text("Bucket", BucketName), Text("Key", key), Text("UploadId", id)));
                break;
            case "POST" when upload != "":
                var parts = XDocument.Load((await ReceiveAsync(request, signature)).Path).Root!.Elements()
                    .Select(part =>
                        (int.Parse(Child(part, "PartNumber")!, CultureInfo.InvariantCulture), Child(part, "ETag")!.Trim('"'), Child(
                            part, "ChecksumCRC32")));
                var joined = await Bucket.CompleteAsync(upload, key, [.. parts]);
                await WriteAsync(
                    response,
                    new XElement(
                        "CompleteMultipartUploadResult", Text("Bucket", BucketName), Text("Key", key), Text("ETag", $"\"{joined.Etag}\"")));
                break;
            case "PUT" when upload != "":
                var part = await ReceiveAsync(request, signature);
                Bucket.Upload(upload, key).Parts[int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = part;
                Confirm(response, part.Etag, part.Crc);
                break;
            case "PUT" when request.Headers.TryGetValue("x-amz-copy-source", out var source):
                await ReceiveAsync(request, signature);
                var copy = Bucket.Copy(Uri.UnescapeDataString(source.ToString()).TrimStart('/')[(BucketName.Length + 1)..], key);
                await WriteAsync(
                    response,
                    new XElement("CopyObjectResult", Text("ETag", $"\"{copy.Etag}\""), Text("LastModified", Time(copy.ModifiedAt))));
                break;
            case "PUT" when key != "":
                var contents = await ReceiveAsync(request, signature, fault == S3Fault.ChangedContents);
                Bucket.Put(key, contents.Path, contents.Etag);
                Confirm(response, contents.Etag, contents.Crc);
                break;
            case "DELETE" when upload != "":
                Bucket.Upload(upload, key);
                Bucket.Uploads.TryRemove(upload, out _);
                response.StatusCode = 204;
                break;
            case "DELETE" when key != "":
                Bucket.Objects.TryRemove(key, out _);
                response.StatusCode = 204;
                break;
            default:
                throw new S3Error(501, "NotImplemented");
        }
    }

    private async Task<(string Path, string Etag, string Crc)> ReceiveAsync(
        HttpRequest request, S3Signature signature, bool isChanged = false)
    {
        var path = Bucket.NewFile();
        var (md5, crc) = await S3Body.ReceiveAsync(request, signature, path, isChanged);
        return (path, md5, crc);
    }

    private XElement ListObjects(string prefix, string after)
    {
        var found =
            Bucket.Objects.Where(
                entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(entry.Key, after) > 0)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var page = found.Take(PageSize).ToList();
        var isCut = found.Count > page.Count;
        return new XElement(
            "ListBucketResult", Text("Name", BucketName), Text("Prefix", prefix), Text("KeyCount", $"{page.Count}"), Text(
                "IsTruncated", isCut ? "true" : "false"),
            isCut ? Text("NextContinuationToken", page[^1].Key) : null,
            page.Select(entry => new XElement(
                "Contents", Text("Key", entry.Key), Text("LastModified", Time(entry.Value.ModifiedAt)), Text(
                    "ETag", $"\"{entry.Value.Etag}\""),
                Text("Size", $"{new FileInfo(entry.Value.Path).Length}"))));
    }

    private XElement ListUploads(string prefix) => new(
        "ListMultipartUploadsResult", Text("Bucket", BucketName), Text("IsTruncated", "false"),
        Bucket.Uploads.Where(entry => entry.Value.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => new XElement(
            "Upload", Text("Key", entry.Value.Key), Text("UploadId", entry.Key), Text("Initiated", Time(entry.Value.StartedAt)))));

    private static async Task SendAsync(HttpResponse response, S3Object found, bool isHead, bool cut)
    {
        await using var file = File.OpenRead(found.Path);
        Confirm(response, found.Etag, null);
        response.Headers.LastModified = found.ModifiedAt.ToString("R", CultureInfo.InvariantCulture);
        response.ContentType = "application/octet-stream";
        response.ContentLength = file.Length;
        if (isHead)
            return;
        if (!cut)
        {
            await file.CopyToAsync(response.Body);
            return;
        }

        var half = new byte[file.Length / 2];
        await file.ReadExactlyAsync(half);
        await response.Body.WriteAsync(half);
        await response.Body.FlushAsync();
        throw new IOException("The connection is cut.");
    }

    private static void Confirm(HttpResponse response, string etag, string? crc)
    {
        response.Headers.ETag = $"\"{etag}\"";
        if (crc is not null)
            response.Headers["x-amz-checksum-crc32"] = crc;
    }

    private static async Task WriteAsync(HttpResponse response, XElement answer)
    {
        foreach (var element in answer.DescendantsAndSelf().Where(_ => answer.Name.LocalName != "Error"))
            element.Name = Namespace + element.Name.LocalName;
        response.ContentType = "application/xml";
        await response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{answer}");
    }

    private static XElement Text(string name, string value) => new(name, value);

    private static string? Child(XElement element, string name) =>
        element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
